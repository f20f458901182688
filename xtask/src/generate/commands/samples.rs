//! The samples: what is run on a sandbox for the pages.
//!
//! A command needs at least one for every state that it can end in. Each sample has a sandbox of its own, with the same
//! two hundred tickets (1000 to 1199), so that none sees what another has done.

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
const PARTIALLY: &str = "Partially Successful";
const FAILED: &str = "Failed";

/// A member that may edit tickets and not close them.
const MAY_NOT_CLOSE: Control = Control {
    method: "PUT",
    path: "members",
    body: r#"{"company":"sandbox","public_key":"editor","private_key":"private","role":{"lines":{"Service Desk > Service Tickets":["Inquire","Edit"]}}}"#,
};

pub(super) const SAMPLES: &[Sample] = &[
    Sample {
        // One ticket: of several, who is first is chance, and notes are numbered as they come.
        shows: "A note in the discussion of a ticket",
        line: &["add-ticket-notes", "1001", "--note-text", "We are looking into it."],
        ..Sample::PLAIN
    },
    Sample {
        shows: "What would be sent, and who could see it",
        line: &[
            "add-ticket-notes",
            "1001",
            "--note-text",
            "Known problem, see the vendor's case.",
            "--internal-note",
            "--dry-run",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A ticket that is not there",
        line: &[
            "add-ticket-notes",
            "1001",
            "404",
            "--note-text",
            "We are looking into it.",
        ],
        ends: PARTIALLY,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A list of tickets that is none",
        line: &["add-ticket-notes", "abc", "--note-text", "We are looking into it."],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A ticket with no more than it needs",
        line: &[
            "create-ticket",
            "--summary",
            "Printer on the 2nd floor is offline",
            "--company-id",
            "19000",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A dry run: what would be sent, names as the PSA writes them",
        line: &[
            "create-ticket",
            "--summary",
            "Replace the firewall",
            "--company-id",
            "19000",
            "--board-name",
            "network security",
            "--status",
            "scheduled",
            "--priority",
            "Priority 4 - Scheduled Maintenance",
            "--additional-fields",
            r#"{"city": "Tampa", "source": {"name": "Call"}}"#,
            "--dry-run",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A company that is not there",
        line: &[
            "create-ticket",
            "--summary",
            "Printer on the 2nd floor is offline",
            "--company-id",
            "404",
        ],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A board that is called otherwise",
        line: &[
            "create-ticket",
            "--summary",
            "Printer on the 2nd floor is offline",
            "--company-id",
            "19000",
            "--board-name",
            "Helpdesk",
        ],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "Two tickets",
        line: &["delete-tickets", "1001", "1002"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A ticket that is not there",
        line: &["delete-tickets", "1001", "404"],
        ends: PARTIALLY,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A list of tickets that is none",
        line: &["delete-tickets", "abc"],
        ends: FAILED,
        ..Sample::PLAIN
    },
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
        shows: "A status that no board has",
        line: &["fetch-event", "--status", "Complete"],
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
        shows: "The contacts of a company, and of one that is not there",
        line: &["get-company-contacts", "19000", "404"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "Wrong keys",
        connection: &[("DESKHAND_PRIVATE_KEY", "mistyped")],
        line: &["get-company-contacts", "19000"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "Two tickets, in the order of their ids on the line",
        line: &["get-tickets", "1102", "1101"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A ticket that is not there",
        line: &["get-tickets", "1101", "404"],
        ends: PARTIALLY,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A list of tickets that is none",
        line: &["get-tickets", "abc"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "The statuses of a board",
        line: &["list-board-statuses", "--board-id", "1"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A board that is not there",
        line: &["list-board-statuses", "--board-id", "404"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "The teams of a board",
        line: &["list-board-teams", "--board-id", "1"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A security role without the right",
        connection: &[("DESKHAND_PUBLIC_KEY", "tickets")],
        line: &["list-board-teams", "--board-id", "1"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "Boards with a part of a name",
        line: &["list-boards", "--board-name", "integ"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "Nothing matches",
        line: &[
            "list-boards",
            "--business-unit",
            "Engineering",
            "--location",
            "Dublin Office",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "Wrong keys",
        connection: &[("DESKHAND_PRIVATE_KEY", "mistyped")],
        line: &["list-boards"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "Active companies of a type, by a part of the name",
        line: &[
            "list-companies",
            "--company-name",
            "müller",
            "--status",
            "Active",
            "--type",
            "Customer",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A security role without the right",
        connection: &[("DESKHAND_PUBLIC_KEY", "tickets")],
        line: &["list-companies"],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "Two tickets into another one",
        line: &[
            "merge-tickets",
            "1182",
            "1134",
            "--parent-ticket-id",
            "1158",
            "--status",
            "27",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A dry run: what would become of the ticket",
        line: &[
            "merge-tickets",
            "1182",
            "--parent-ticket-id",
            "1158",
            "--status",
            "27",
            "--dry-run",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A status that closes nothing",
        line: &[
            "merge-tickets",
            "1182",
            "1134",
            "--parent-ticket-id",
            "1158",
            "--status",
            "21",
        ],
        ends: FAILED,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A ticket that is not there: none is merged",
        line: &[
            "merge-tickets",
            "1182",
            "404",
            "--parent-ticket-id",
            "1158",
            "--status",
            "27",
        ],
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
    Sample {
        shows: "A ticket closed, with addresses that notes are copied to",
        line: &[
            "update-tickets",
            "1158",
            "--status",
            ">Closed",
            "--automatic-email-cc",
            "lead@example.com; audit@example.com",
        ],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A dry run: what would change",
        line: &["update-tickets", "1158", "1182", "--urgency", "High", "--dry-run"],
        ..Sample::PLAIN
    },
    Sample {
        shows: "A ticket that is not there",
        line: &["update-tickets", "1001", "404", "--impact", "Low"],
        ends: PARTIALLY,
        ..Sample::PLAIN
    },
    Sample {
        shows: "A security role that may not close tickets",
        before: &[MAY_NOT_CLOSE],
        connection: &[("DESKHAND_PUBLIC_KEY", "editor")],
        line: &["update-tickets", "1158", "--status", ">Closed"],
        ends: FAILED,
    },
    Sample {
        shows: "A list of tickets that is none",
        line: &["update-tickets", "abc", "--impact", "Low"],
        ends: FAILED,
        ..Sample::PLAIN
    },
];
