//! Which names a kind of record has, so that others are refused as the vendor refuses them.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::world::{Kind, World};

/// The names of one kind of record, in lower case, with `/` into references.
#[derive(Debug, Clone, Default)]
pub struct Names {
    paths: BTreeSet<String>,
    lists: BTreeSet<String>,
}

/// A ticket's members by the vendor's description, those left out that are only ever sent.
pub(crate) const TICKET_MEMBERS: [&str; 113] = [
    "id",
    "summary",
    "recordType",
    "board",
    "status",
    "workRole",
    "workType",
    "company",
    "site",
    "siteName",
    "addressLine1",
    "addressLine2",
    "city",
    "stateIdentifier",
    "zip",
    "country",
    "contact",
    "contactName",
    "contactPhoneNumber",
    "contactPhoneExtension",
    "contactEmailAddress",
    "type",
    "subType",
    "item",
    "team",
    "owner",
    "priority",
    "serviceLocation",
    "source",
    "requiredDate",
    "budgetHours",
    "opportunity",
    "agreement",
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
    "location",
    "department",
    "mobileGuid",
    "sla",
    "slaStatus",
    "requestForChangeFlag",
    "currency",
    "mergedParentTicket",
    "integratorTags",
    "_info",
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
    "customFields",
];

/// Members of a ticket that refer to another record.
const TICKET_REFERENCES: [&str; 24] = [
    "board",
    "status",
    "workRole",
    "workType",
    "company",
    "site",
    "country",
    "contact",
    "type",
    "subType",
    "item",
    "team",
    "owner",
    "priority",
    "serviceLocation",
    "source",
    "opportunity",
    "agreement",
    "location",
    "department",
    "sla",
    "currency",
    "mergedParentTicket",
    "configuration",
];

/// A note's members, for there may be no note to learn them from; `noteType` cannot be asked for.
const NOTE_NAMES: [&str; 24] = [
    "id",
    "ticketId",
    "text",
    "detailDescriptionFlag",
    "internalAnalysisFlag",
    "resolutionFlag",
    "issueFlag",
    "member",
    "member/id",
    "member/identifier",
    "member/name",
    "contact",
    "contact/id",
    "contact/name",
    "customerUpdatedFlag",
    "processNotifications",
    "dateCreated",
    "createdBy",
    "internalFlag",
    "externalFlag",
    "lastUpdated",
    "updatedBy",
    "_info/lastUpdated",
    "_info/updatedBy",
];

/// A callback's members.
const CALLBACK_NAMES: [&str; 13] = [
    "id",
    "description",
    "url",
    "objectId",
    "type",
    "level",
    "memberId",
    "payloadVersion",
    "inactiveFlag",
    "isSoapCallbackFlag",
    "isSelfSuppressedFlag",
    "lastUpdated",
    "updatedBy",
];

/// Members of `_info` that conditions name as if they were the record's own.
const STAMPS: [&str; 4] = ["lastupdated", "dateentered", "enteredby", "updatedby"];

/// Enough records to have met every member of the smaller kinds.
const LOOKED_AT: usize = 200;

impl Names {
    /// The names of a kind: the vendor's for tickets, what its records have for the others.
    pub fn of(world: &World, kind: Kind) -> Self {
        let mut names = Self::default();
        match kind {
            Kind::Ticket => return Self::of_tickets(),
            Kind::Note | Kind::AllNote => {
                names.know(&NOTE_NAMES);
                return names;
            }
            Kind::Callback => {
                names.know(&CALLBACK_NAMES);
                return names;
            }
            _ => {}
        }
        names.know(&["lastUpdated", "dateEntered", "id", "name"]);
        world.read(kind, |table| {
            for record in table.after(0, i64::MAX).take(LOOKED_AT) {
                if let Ok(value) = serde_json::from_slice(&record.raw) {
                    names.learn("", &value);
                }
            }
        });
        names
    }

    pub(super) fn of_tickets() -> Self {
        let mut names = Self::default();
        names.know(&TICKET_MEMBERS);
        names.know(&["lastUpdated", "dateEntered", "enteredBy", "updatedBy"]);
        for reference in TICKET_REFERENCES {
            names.know(&["id", "name", "identifier", "sort", "summary"].map(|member| format!("{reference}/{member}")));
        }
        names.know(&["lastUpdated", "dateEntered", "enteredBy", "updatedBy"].map(|member| format!("_info/{member}")));
        for list in ["customFields", "integratorTags"] {
            let list = list.to_ascii_lowercase();
            names.paths.remove(&list);
            names.lists.insert(list);
        }
        names
    }

    fn know(&mut self, names: &[impl AsRef<str>]) {
        self.paths
            .extend(names.iter().map(|name| name.as_ref().to_ascii_lowercase()));
    }

    /// Lists are known apart: only child conditions may name what is in them.
    fn learn(&mut self, before: &str, value: &Value) {
        let Value::Object(members) = value else { return };
        for (name, value) in members {
            let path = format!("{before}{}", name.to_ascii_lowercase());
            match value {
                Value::Array(_) => {
                    self.lists.insert(path);
                }
                Value::Object(_) => {
                    self.learn(&format!("{path}/"), value);
                    self.paths.insert(path);
                }
                _ => {
                    self.paths.insert(path);
                }
            }
        }
    }

    /// Whether records have a member of this name; what conditions may name beside members is none.
    pub(super) fn has_member(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        if STAMPS.contains(&name.as_str()) {
            return false;
        }
        let before = format!("{name}/");
        let within = self.paths.range(before.clone()..).next();
        self.has(&name) || self.lists.contains(&name) || within.is_some_and(|path| path.starts_with(&before))
    }

    /// Whether conditions may name this.
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains(&path.to_ascii_lowercase())
    }
}
