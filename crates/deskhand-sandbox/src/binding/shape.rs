//! What the vendor's objects look like: their members, and what each can hold.

/// An object of the vendor's.
#[derive(Debug)]
pub(crate) struct Shape {
    /// As the messages of the JSON reader have it: `Ticket`.
    pub(crate) name: &'static str,
    /// As validation has it: `ticket`.
    pub(crate) resource: &'static str,
    /// In the order of answers.
    pub(crate) members: &'static [Slot],
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) access: Access,
}

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// One line of text with at most so many characters; 0 is any number of them.
    Text(usize),
    /// Text that keeps its lines.
    Lines,
    Whole,
    Decimal,
    Flag,
    /// An instant.
    Time,
    /// An instant that is cut to midnight.
    Day,
    /// One of some words; the first part is the name of the enumeration, which is invented.
    Choice(&'static str, &'static [&'static str]),
    /// Another record; the text is the name of the reference's type.
    Reference(&'static str),
    /// Custom fields.
    Fields,
    /// A list of texts.
    Texts,
    /// A list of ids.
    Wholes,
    /// Whatever it is, it is not looked at.
    Any,
}

/// Who decides what a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever writes.
    Set,
    /// The server: what is sent is bound, and then ignored.
    Computed,
    /// Whoever creates; never returned.
    Once,
}

impl Shape {
    /// A member by its name in any case.
    pub(crate) fn any_case(&self, name: &str) -> Option<&'static Slot> {
        let members: &'static [Slot] = self.members;
        members.iter().find(|slot| slot.name.eq_ignore_ascii_case(name))
    }

    /// A member by its exact name.
    pub(crate) fn exact(&self, name: &str) -> Option<&'static Slot> {
        let members: &'static [Slot] = self.members;
        members.iter().find(|slot| slot.name == name)
    }

    /// Where a member comes in answers.
    pub(crate) fn rank(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|slot| slot.name == name)
    }
}

impl Slot {
    pub(super) const fn set(name: &'static str, form: Form) -> Self {
        let access = Access::Set;
        Self { name, form, access }
    }

    pub(super) const fn computed(name: &'static str, form: Form) -> Self {
        let access = Access::Computed;
        Self { name, form, access }
    }

    pub(super) const fn once(name: &'static str, form: Form) -> Self {
        let access = Access::Once;
        Self { name, form, access }
    }
}
