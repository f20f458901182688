//! What a playbook can refer to.

use deskhand_command::Declaration;

use crate::playbooks::KnownPlaybook;

/// Says what is wrong with a schedule's text and time zone.
pub type CheckSchedule = dyn Fn(&str, Option<&str>) -> Result<(), String> + Sync;

/// What a playbook can refer to; what is `None` is not checked.
pub struct Known<'a> {
    /// The commands that there are.
    pub commands: &'a [Declaration],
    /// The names of the connections.
    pub connections: Option<&'a [String]>,
    /// The other playbooks; one of the same name is the version before, and does not count.
    pub playbooks: Option<&'a [KnownPlaybook]>,
    /// The names of the users and of their groups.
    pub people: Option<&'a [String]>,
    /// Whether that is told as well with which a playbook can begin, and then would fail. A playbook that was applied before
    /// there was such a check is still one.
    pub strictly: bool,
    /// Looks at the schedules of triggers.
    pub schedule: &'a CheckSchedule,
}

impl<'a> Known<'a> {
    /// Commands, and nothing else that is checked.
    pub fn commands(commands: &'a [Declaration]) -> Self {
        Self {
            commands,
            connections: None,
            playbooks: None,
            people: None,
            strictly: false,
            schedule: &|_, _| Ok(()),
        }
    }
}
