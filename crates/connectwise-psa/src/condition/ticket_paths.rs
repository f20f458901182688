//! Which members of a ticket a condition can name.

use super::near::nearest;

/// The members of a ticket that conditions can name, as far as is known, with `/` into references.
///
/// From the vendor's description of a ticket, without its lists and what is only ever sent; `lastUpdated` and
/// `dateEntered` can be named although answers have them in `_info`, and a linked configuration by its id.
pub fn ticket_paths() -> impl Iterator<Item = &'static str> {
    TICKET_PATHS.iter().copied()
}

/// The members of a ticket that somebody probably meant by a name that the vendor does not know.
///
/// ```
/// use connectwise_psa::condition::near_ticket_paths;
///
/// assert_eq!(near_ticket_paths("companyName"), ["company/name"]);
/// assert_eq!(near_ticket_paths("assignedTo/id"), ["owner/id", "owner/identifier", "resources"]);
/// assert!(near_ticket_paths("weather").is_empty());
/// ```
pub fn near_ticket_paths(name: &str) -> Vec<&'static str> {
    let lower = name.to_ascii_lowercase();
    let first = lower.split('/').next().unwrap_or(&lower);
    let meant = OTHER_NAMES.iter().find(|(other, _)| *other == lower || *other == first);
    if let Some((_, paths)) = meant {
        return paths.to_vec();
    }
    let near = nearest(name, ticket_paths());
    if !near.is_empty() {
        return near;
    }
    let same_reference = |path: &&str| {
        path.split_once('/')
            .is_some_and(|(reference, _)| reference.eq_ignore_ascii_case(first))
    };
    ticket_paths().filter(same_reference).collect()
}

/// What people, pages and other systems call members that the vendor calls otherwise.
const OTHER_NAMES: [(&str, &[&str]); 24] = [
    ("assignedto", &["owner/id", "owner/identifier", "resources"]),
    ("assignee", &["owner/id", "owner/identifier", "resources"]),
    ("businessunit", &["department/name"]),
    ("client", &["company/name"]),
    ("createdby", &["_info/enteredBy"]),
    ("created", &["dateEntered"]),
    ("customer", &["company/name"]),
    ("datecreated", &["dateEntered"]),
    ("dateupdated", &["lastUpdated"]),
    ("description", &["summary"]),
    ("enteredby", &["_info/enteredBy"]),
    ("member", &["owner/id", "owner/identifier", "resources"]),
    ("modified", &["lastUpdated"]),
    ("name", &["summary"]),
    ("resources", &["resources", "owner/identifier", "owner/name"]),
    ("subject", &["summary"]),
    ("technician", &["owner/identifier", "resources"]),
    ("ticket", &["id"]),
    ("ticketid", &["id"]),
    ("ticketnumber", &["id"]),
    ("title", &["summary"]),
    ("updated", &["lastUpdated"]),
    ("updatedby", &["_info/updatedBy"]),
    ("urgency", &["severity"]),
];

const TICKET_PATHS: [&str; 147] = [
    "id",
    "summary",
    "recordType",
    "board/id",
    "board/name",
    "status/id",
    "status/name",
    "status/sort",
    "workRole/id",
    "workRole/name",
    "workType/id",
    "workType/name",
    "company/id",
    "company/identifier",
    "company/name",
    "site/id",
    "site/name",
    "siteName",
    "addressLine1",
    "addressLine2",
    "city",
    "stateIdentifier",
    "zip",
    "country/id",
    "country/identifier",
    "country/name",
    "contact/id",
    "contact/name",
    "contactName",
    "contactPhoneNumber",
    "contactPhoneExtension",
    "contactEmailAddress",
    "type/id",
    "type/name",
    "subType/id",
    "subType/name",
    "item/id",
    "item/name",
    "team/id",
    "team/name",
    "owner/id",
    "owner/identifier",
    "owner/name",
    "priority/id",
    "priority/name",
    "priority/sort",
    "priority/level",
    "serviceLocation/id",
    "serviceLocation/name",
    "source/id",
    "source/name",
    "requiredDate",
    "budgetHours",
    "opportunity/id",
    "opportunity/name",
    "agreement/id",
    "agreement/name",
    "agreementType",
    "severity",
    "impact",
    "externalXRef",
    "poNumber",
    "knowledgeBaseCategoryId",
    "knowledgeBaseSubCategoryId",
    "allowAllClientsPortalView",
    "customerUpdatedFlag",
    "automaticEmailContactFlag",
    "automaticEmailResourceFlag",
    "automaticEmailCcFlag",
    "automaticEmailCc",
    "closedDate",
    "closedBy",
    "closedFlag",
    "actualHours",
    "approved",
    "estimatedExpenseCost",
    "estimatedExpenseRevenue",
    "estimatedProductCost",
    "estimatedProductRevenue",
    "estimatedTimeCost",
    "estimatedTimeRevenue",
    "billingMethod",
    "billingAmount",
    "hourlyRate",
    "subBillingMethod",
    "subBillingAmount",
    "subDateAccepted",
    "dateResolved",
    "dateResplan",
    "dateResponded",
    "resolveMinutes",
    "resPlanMinutes",
    "respondMinutes",
    "respondByGoalUTC",
    "resplanGoalUTC",
    "resolutionGoalUTC",
    "escalationLastUpdateMinutes",
    "isInSla",
    "knowledgeBaseLinkId",
    "resources",
    "parentTicketId",
    "hasChildTicket",
    "hasMergedChildTicketFlag",
    "knowledgeBaseLinkType",
    "billTime",
    "billExpenses",
    "billProducts",
    "predecessorType",
    "predecessorId",
    "predecessorClosedFlag",
    "lagDays",
    "lagNonworkingDaysFlag",
    "estimatedStartDate",
    "duration",
    "location/id",
    "location/name",
    "department/id",
    "department/identifier",
    "department/name",
    "mobileGuid",
    "sla/id",
    "sla/name",
    "slaStatus",
    "requestForChangeFlag",
    "currency/id",
    "currency/name",
    "mergedParentTicket/id",
    "mergedParentTicket/summary",
    "escalationStartDateUTC",
    "escalationLevel",
    "minutesBeforeWaiting",
    "respondedSkippedMinutes",
    "resplanSkippedMinutes",
    "respondedHours",
    "respondedBy",
    "resplanHours",
    "resplanBy",
    "resolutionHours",
    "resolvedBy",
    "minutesWaiting",
    "lastUpdated",
    "dateEntered",
    "_info/lastUpdated",
    "_info/dateEntered",
    "_info/enteredBy",
    "_info/updatedBy",
    "configuration/id",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_suggested_can_be_named() {
        for (other, paths) in OTHER_NAMES {
            assert!(
                !paths.is_empty() && paths.iter().all(|path| TICKET_PATHS.contains(path)),
                "{other}"
            );
        }
    }

    #[test]
    fn a_slip_a_dot_or_a_wrong_member_leads_to_the_right_one() {
        assert_eq!(near_ticket_paths("sumary"), ["summary"]);
        assert_eq!(near_ticket_paths("borad/name"), ["board/name"]);
        assert_eq!(
            near_ticket_paths("status/caption"),
            ["status/id", "status/name", "status/sort"]
        );
        assert_eq!(near_ticket_paths("resources/member/identifier")[0], "resources");
    }
}
