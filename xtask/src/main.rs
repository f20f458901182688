//! Checks, tests, generated files, benchmarks and the demo, as cargo commands.
//!
//! `cargo xtask <verb>`: one file or folder for each verb. `steps.rs` runs what a verb consists of and says what came of
//! it; `program.rs` runs other programs; `place.rs` knows where things are; `tools/` installs what is missing.
#![expect(clippy::print_stdout, reason = "a tool for people at a terminal")]

mod bench;
mod check;
mod conformance;
mod demo;
mod generate;
mod layers;
mod outside;
mod place;
mod postgres;
mod program;
mod requirements;
mod sandbox;
mod steps;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks, tests, generated files, benchmarks and the demo.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Formatting, lints, documentation, licences, layers and generated files
    Check(check::Options),
    /// Everything that can be tested, installing what the tests need
    Test(test::Options),
    /// Build the program and watch tickets become events
    Demo(demo::Options),
    /// Compare the sandbox's answers and the client's requests with the vendor's description
    Conformance,
    /// Run a command with a PostgreSQL server for its tests
    Postgres(postgres::Options),
    /// Check that the arrows between crates point down
    Layers,
    /// Show the tests of every requirement; fail when one has none
    Requirements(requirements::Options),
    /// Write the files that are made from the program
    Generate(generate::Options),
    /// Measure speed and memory against a floor measured in the same run
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().verb {
        Verb::Check(options) => check::run(&options),
        Verb::Test(options) => test::run(&options),
        Verb::Demo(options) => demo::run(&options),
        Verb::Conformance => conformance::check().map(|()| ExitCode::SUCCESS),
        Verb::Postgres(options) => postgres::run(&options),
        Verb::Layers => layers::run(),
        Verb::Requirements(options) => requirements::run(&options),
        Verb::Generate(options) => generate::run(&options),
        Verb::Bench(options) => bench::run(&options),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
