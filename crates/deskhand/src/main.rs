//! Automates a ConnectWise PSA service desk.

fn main() {}
