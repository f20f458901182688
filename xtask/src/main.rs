//! Checks, tests, generated files, benchmarks and the demo, as cargo commands.

fn main() {}
