//! The reference of the command line, from the program's own help.

use std::fmt::Write as _;

use crate::place;
use crate::program::{alone, capture};

pub(super) fn text() -> anyhow::Result<String> {
    let mut page = String::from("# The command line\n\nMade by `cargo xtask generate` from the program's own help.\n");
    add(&mut page, &[])?;
    Ok(page)
}

/// Help of one verb, then of those below it.
fn add(page: &mut String, verb: &[String]) -> anyhow::Result<()> {
    let mut help = alone(&place::deskhand());
    let help = capture(help.args(verb).arg("--help").env("NO_COLOR", "1"))?;
    let heading = "#".repeat(verb.len() + 2);
    let name = ["deskhand".to_owned()]
        .iter()
        .chain(verb)
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let help = help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    write!(page, "\n{heading} `{name}`\n\n```text\n{}\n```\n", help.trim_end())?;
    for below in verbs_in(&help) {
        add(page, &[verb, &[below]].concat())?;
    }
    Ok(())
}

/// The names below `Commands:`, clap's own `help` left out.
fn verbs_in(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_read_from_help() {
        let help =
            "About\n\nCommands:\n  events  Look\n          at them\n  help    Print this\n\nOptions:\n  -h, --help";
        assert_eq!(verbs_in(help), ["events"]);
    }
}
