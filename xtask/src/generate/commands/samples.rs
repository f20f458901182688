//! The samples: what is run on a sandbox for the pages.
//!
//! A command needs at least one for every state that it can end in. Each sample has a sandbox of its own, with the same
//! two hundred tickets, so that none sees what another has done.

/// One run of a command.
pub(super) struct Sample {
    /// The heading: what this shows.
    pub(super) shows: &'static str,
    /// What the sandbox is told before, by its control interface.
    pub(super) before: &'static [Control],
    /// Parts of the connection that differ: variables and their values.
    pub(super) connection: &'static [(&'static str, &'static str)],
    /// The command line behind `deskhand`, without `--output`.
    pub(super) line: &'static [&'static str],
    /// The Return Data; another one is an error, so that a sample cannot come to show something else.
    pub(super) ends: &'static str,
}

/// A request to the sandbox's control interface.
pub(super) struct Control {
    pub(super) method: &'static str,
    /// Below `/_sandbox/`.
    pub(super) path: &'static str,
    pub(super) body: &'static str,
}

impl Sample {
    const PLAIN: Self = Self {
        shows: "",
        before: &[],
        connection: &[],
        line: &[],
        ends: SUCCESSFUL,
    };

    /// The command.
    pub(super) fn slug(&self) -> &'static str {
        self.line[0]
    }
}

const SUCCESSFUL: &str = "Successful";
const FAILED: &str = "Failed";

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        shows: "The two newest of the tickets with high impact",
        line: &["fetch-event", "--number", "2", "--impact", "High"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "Nothing matches",
        line: &["fetch-event", "--end-time", "1999-12-31 00:00"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A number that is out of range",
        line: &["fetch-event", "--number", "1001"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A condition that the PSA does not accept",
        line: &["fetch-event", "--number", "2", "--search-condition", "colour = \"red\""],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A connection that works",
        line: &["test-connection"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A wrong private key",
        connection: &[("DESKHAND_PRIVATE_KEY", "mistyped")],
        line: &["test-connection"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A security role without the right",
        connection: &[("DESKHAND_PUBLIC_KEY", "nothing")],
        line: &["test-connection"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A PSA that is not available",
        before: &[Control {
            method: "PUT",
            path: "faults",
            body: r#"[{"fault":"unavailable","probability":1.0}]"#,
        }],
        line: &["test-connection"],
        ends: FAILED,
        ..Sample::PLAIN
    },
];
