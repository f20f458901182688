//! `deskhand connections`: what the desk is connected to, and whether that works. No secret is shown by any of it.

mod health;
mod list;
mod show;
mod test;
mod told;

use clap::{Args, Subcommand};
use deskhand_engine::connections::{Seen, seen, unknown};
use deskhand_engine::desk::Desk;

use crate::dates::Dates;
use crate::desk::{DeskOptions, OpenDesk, Person};
use crate::exit::{BadInput, Exit};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List connections with their health
    List(list::ListOptions),
    /// Show one: all of it but its secrets, and what its health checks came to
    Show(show::ShowOptions),
    /// Run Test Connection on one of the desk, or on one of a file that is not applied yet
    Test(test::TestOptions),
}

/// Who looks, and at which desk.
#[derive(Debug, Args)]
pub(crate) struct LookOptions {
    #[command(flatten)]
    desk: DeskOptions,
    /// Who looks: one of the desk's users [env: `DESKHAND_USER`; default: whoever runs the desk, who sees everything]
    #[arg(long = "as", value_name = "NAME")]
    who: Option<String>,
    /// The site that is worked for [default: every site of the user]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// JSON, with times in UTC
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(verb: &Verb) -> anyhow::Result<Exit> {
    match verb {
        Verb::List(options) => list::run(options).await,
        Verb::Show(options) => show::run(options).await,
        Verb::Test(options) => test::run(options).await,
    }
}

/// An open desk, and who looks at it.
struct Look {
    desk: OpenDesk,
    definitions: std::sync::Arc<Desk>,
    person: Person,
}

impl LookOptions {
    async fn open(&self) -> anyhow::Result<Look> {
        let desk = self.desk.open().await?;
        let definitions = desk.connections.desk().await.map_err(BadInput::from)?;
        let person = Person::find(self.who.as_deref(), &definitions)?;
        Ok(Look {
            desk,
            definitions,
            person,
        })
    }
}

impl Look {
    fn dates(&self) -> anyhow::Result<Dates> {
        Dates::of(&self.person, &self.desk.operator)
    }

    /// What the person sees.
    fn seen(&self, site: Option<&str>) -> anyhow::Result<Vec<Seen>> {
        let acting = self.person.acting(&self.definitions, site)?;
        Ok(seen(&acting, &self.definitions))
    }

    /// The one of this name, or the nearest of those that the person sees.
    fn find(&self, site: Option<&str>, name: &str) -> anyhow::Result<Seen> {
        let mut all = self.seen(site)?;
        match all.iter().position(|seen| seen.connection.name == name) {
            Some(at) => Ok(all.swap_remove(at)),
            None => Err(self.missing(&all, name).into()),
        }
    }

    fn missing(&self, seen: &[Seen], name: &str) -> BadInput {
        let unreadable = &self.definitions.unreadable;
        let operator = self.person.user.as_ref().is_none_or(|user| user.operator);
        if let Some((.., why)) = unreadable.iter().find(|(_, known, _)| operator && known == name) {
            return BadInput::new(format!("the definition of `{name}` cannot be read: {why}"))
                .hint("apply it again, with this version of the program");
        }
        let names = seen.iter().map(|seen| seen.connection.name.as_str());
        BadInput::new(unknown("connection", name, names))
            .hint("`deskhand connections list` shows those there are; `deskhand apply` brings some in")
    }
}
