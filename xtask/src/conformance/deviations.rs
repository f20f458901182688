//! Where the sandbox or the client is not as the vendor's description says, each with its reason.

/// Findings that are meant to be.
pub(super) struct Deviation {
    /// As it is reported: `Ticket.x: not described`; `Ticket.*: not described` is one for every member.
    pub(super) name: &'static str,
    /// Why it is right all the same.
    pub(super) reason: &'static str,
}

impl Deviation {
    /// Whether a finding is this one.
    pub(super) fn covers(&self, finding: &str) -> bool {
        let any_member = |(before, after): (&str, &str)| {
            let member = finding.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            member.is_some_and(|member| !member.contains(['.', ':']))
        };
        finding == self.name || self.name.split_once('*').is_some_and(any_member)
    }
}

const fn deviation(name: &'static str, reason: &'static str) -> Deviation {
    Deviation { name, reason }
}

const ANY_VALUE: &str = "the description says that it is an object; recorded are texts, numbers and true";
const NAMED_BY_TICKETS: &str =
    "the part of the description that we have lacks it; recorded tickets name it in their hrefs";
const WHOLE_RECORDS: &str =
    "the sandbox answers with whole records where the vendor's are short; no client of ours asks for them";

/// All of them; one that does not occur any more is refused.
pub(super) const DEVIATIONS: &[Deviation] = &[
    deviation("CustomFieldValue.value: no object", ANY_VALUE),
    deviation(
        "GET /login/companyinfo/sandbox: asked for, and not described",
        "the vendor's guide describes it, outside of the API",
    ),
    deviation(
        "POST /service/tickets/{id}/detachChildren: not described",
        "newer than the description that we have",
    ),
    deviation("GET /system/locations: not described", NAMED_BY_TICKETS),
    deviation("GET /system/locations/count: not described", NAMED_BY_TICKETS),
    deviation("GET /system/locations/{id}: not described", NAMED_BY_TICKETS),
    deviation("GET /system/departments: not described", NAMED_BY_TICKETS),
    deviation("GET /system/departments/count: not described", NAMED_BY_TICKETS),
    deviation("GET /system/departments/{id}: not described", NAMED_BY_TICKETS),
    deviation("BoardStatusInfo.*: not described", WHOLE_RECORDS),
    deviation("BoardSubTypeInfo.*: not described", WHOLE_RECORDS),
    deviation("BoardTeamInfo.*: not described", WHOLE_RECORDS),
    deviation("CompanyInfo.*: not described", WHOLE_RECORDS),
    deviation("ServiceLocationInfo.*: not described", WHOLE_RECORDS),
    deviation("TicketInfo.*: not described", WHOLE_RECORDS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_member() {
        let every = deviation("Ticket.*: not described", "");
        assert!(every.covers("Ticket.board: not described"));
        for other in [
            "Ticket.board: no text",
            "Ticket.board.id: not described",
            "TicketInfo.board: not described",
        ] {
            assert!(!every.covers(other), "{other}");
        }
        assert!(deviation("Ticket.x: no text", "").covers("Ticket.x: no text"));
    }

    #[test]
    fn every_deviation_has_a_reason_and_is_listed_once() {
        for (at, deviation) in DEVIATIONS.iter().enumerate() {
            assert!(!deviation.reason.is_empty(), "{}", deviation.name);
            assert!(
                DEVIATIONS[..at].iter().all(|other| other.name != deviation.name),
                "{} twice",
                deviation.name
            );
        }
    }
}
