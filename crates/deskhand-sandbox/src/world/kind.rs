//! The kinds of record that the sandbox has.

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the vendor's own names")]
pub enum Kind {
    Ticket,
    Board,
    BoardStatus,
    BoardType,
    BoardSubType,
    BoardItem,
    BoardTeam,
    Priority,
    Severity,
    Impact,
    Source,
    ServiceLocation,
    SystemLocation,
    Department,
    Company,
    CompanyStatus,
    CompanyType,
    Contact,
    Member,
    Note,
    /// A note as `allNotes` has it; made when it is asked for.
    AllNote,
    Callback,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::Ticket,
        Self::Board,
        Self::BoardStatus,
        Self::BoardType,
        Self::BoardSubType,
        Self::BoardItem,
        Self::BoardTeam,
        Self::Priority,
        Self::Severity,
        Self::Impact,
        Self::Source,
        Self::ServiceLocation,
        Self::SystemLocation,
        Self::Department,
        Self::Company,
        Self::CompanyStatus,
        Self::CompanyType,
        Self::Contact,
        Self::Member,
        Self::Note,
        Self::AllNote,
        Self::Callback,
    ];

    /// How the vendor calls it when there is none with an id; recorded for tickets, notes and
    /// companies, by analogy elsewhere.
    pub fn not_found(self, id: &str) -> String {
        let name = match self {
            Self::Ticket => "Service Ticket",
            Self::Company => "company",
            Self::Contact => "Contact",
            Self::Board => "Service Board",
            Self::BoardStatus => "Service Status",
            Self::BoardType => "Service Type",
            Self::BoardSubType => "Service Sub Type",
            Self::BoardItem => "Service Item",
            Self::BoardTeam => "Service Team",
            Self::Priority => "Priority",
            Self::Severity => "Severity",
            Self::Impact => "Impact",
            Self::Source => "Source",
            Self::ServiceLocation | Self::SystemLocation => "Location",
            Self::Department => "Department",
            Self::CompanyStatus => "Company Status",
            Self::CompanyType => "Company Type",
            Self::Member => "Member",
            Self::Note | Self::AllNote => "Service Note",
            Self::Callback => "Callback",
        };
        format!("{name} {id} not found")
    }
}
