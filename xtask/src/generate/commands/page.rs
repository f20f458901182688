//! The page of one command.

use std::fmt::Write as _;

use super::declaration::Declaration;
use super::inputs;
use super::run::Output;
use super::samples::Sample;

/// Its declaration in words, its inputs, its samples.
pub(super) fn text(declaration: &Declaration, samples: &[&Sample], outputs: &[Output]) -> anyhow::Result<String> {
    let mut page = format!("# {}\n\n", declaration.title);
    page.push_str("Made by `cargo xtask generate`, its samples by running the program on a sandbox.\n\n");
    writeln!(page, "{}.\n\n| | |\n|---|---|", declaration.summary)?;
    writeln!(page, "| on the command line | `deskhand {}` |", declaration.slug)?;
    writeln!(page, "| effect | {} |", declaration.effect_in_words())?;
    writeln!(page, "| rights | {} |", declaration.rights())?;
    writeln!(page, "| ends as | {} |", declaration.states.join(", "))?;
    write!(page, "\n## Inputs\n\n{}", inputs::table(&declaration.inputs)?)?;
    page.push_str(
        "\n## Samples\n\nTimes, ids of runs and what else differs from run to run are replaced by words in parentheses, of a long \
         array only the first element is shown, and decimals lose their last zeros.\n",
    );
    for (sample, output) in samples.iter().zip(outputs) {
        let Output { code, json } = output;
        write!(page, "\n### {}: {}\n\n", sample.ends, sample.shows)?;
        if !sample.before.is_empty() {
            page.push_str("The sandbox was told before, by its control interface:\n\n```text\n");
            for control in sample.before {
                writeln!(page, "{} /_sandbox/{} {}", control.method, control.path, control.body)?;
            }
            page.push_str("```\n\n");
        }
        writeln!(page, "```sh\n{}\n```\n", line(sample))?;
        writeln!(page, "Exit code {code}, and:\n\n```json\n{json:#}\n```")?;
    }
    Ok(page)
}

/// The command line as one types it.
fn line(sample: &Sample) -> String {
    let variables = sample
        .connection
        .iter()
        .map(|(name, value)| format!("{name}={}", quoted(value)));
    let words = ["deskhand"].iter().chain(sample.line).chain(&["--output", "json"]);
    let words = variables.chain(words.map(|word| quoted(word)));
    words.collect::<Vec<_>>().join(" ")
}

/// In single quotes when a shell would make something else of it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:,=@".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_the_words_as_they_are() {
        assert_eq!(quoted("--number"), "--number");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("$HOME"), "'$HOME'");
    }
}
