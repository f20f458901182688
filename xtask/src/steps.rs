//! What a verb consists of: steps that are named, timed, and counted at the end.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::bail;

/// The steps of one run.
pub(crate) struct Steps {
    without: Vec<String>,
    results: Vec<Done>,
}

struct Done {
    name: &'static str,
    seconds: f64,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Failed,
    Skipped,
}

impl Steps {
    /// Steps of which those in `without` are skipped; a name that is no step's is an error.
    pub(crate) fn new(without: &[String], known: &[&str]) -> anyhow::Result<Self> {
        for name in without {
            if !known.contains(&name.as_str()) {
                bail!(
                    "`--without {name}`: there is no such step; there are: {}",
                    known.join(", ")
                );
            }
        }
        Ok(Self {
            without: without.to_vec(),
            results: Vec::new(),
        })
    }

    /// Performs one step, unless it was to be left out; the steps after a failed one are still performed.
    pub(crate) fn step(&mut self, name: &'static str, perform: impl FnOnce() -> anyhow::Result<()>) {
        let started = Instant::now();
        let outcome = if self.without.iter().any(|without| without == name) {
            println!("--- {name}: skipped, because of `--without {name}`");
            Outcome::Skipped
        } else {
            println!("--- {name}");
            match perform() {
                Ok(()) => Outcome::Passed,
                Err(error) => {
                    println!("{name} failed: {error:#}");
                    Outcome::Failed
                }
            }
        };
        let seconds = started.elapsed().as_secs_f64();
        self.results.push(Done { name, seconds, outcome });
    }

    /// Notes a step that is not performed, and says why.
    pub(crate) fn skip(&mut self, name: &'static str, why: &str) {
        println!("--- {name}: skipped, because {why}");
        self.results.push(Done {
            name,
            seconds: 0.0,
            outcome: Outcome::Skipped,
        });
    }

    /// Prints every step with its duration, and how many passed.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\nsteps:");
        for done in &self.results {
            println!("  {:<18} {:>7.1} s  {}", done.name, done.seconds, done.outcome.word());
        }
        let count = |word| {
            let results = self.results.iter();
            results.filter(|done| done.outcome.word() == word).count()
        };
        let failed = count("failed");
        println!(
            "{} passed, {failed} failed, {} skipped",
            count("passed"),
            count("skipped")
        );
        if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}
