//! The members of a ticket that refer to other records, and how each is looked up and written.

use crate::world::Kind;

/// A member that refers to another record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) member: &'static str,
    /// Where its records are; `None` for those that the sandbox lists nowhere.
    pub(crate) kind: Option<Kind>,
    /// As messages call it.
    pub(crate) title: &'static str,
    pub(crate) href: &'static str,
    /// What stands before the id in its address; `{}` is the board.
    pub(crate) path: &'static str,
    /// Whether the records belong to a board.
    pub(crate) of_board: bool,
    /// Whether `{"name": …}` finds one, as recorded for some; names of companies and people are not unique.
    pub(crate) by_name: bool,
}

const fn listed(
    member: &'static str,
    kind: Kind,
    title: &'static str,
    href: &'static str,
    path: &'static str,
) -> Named {
    Named {
        member,
        kind: Some(kind),
        title,
        href,
        path,
        of_board: false,
        by_name: true,
    }
}

const fn of_board(
    member: &'static str,
    kind: Kind,
    title: &'static str,
    href: &'static str,
    path: &'static str,
) -> Named {
    Named {
        of_board: true,
        ..listed(member, kind, title, href, path)
    }
}

const fn not_by_name(named: Named) -> Named {
    Named {
        by_name: false,
        ..named
    }
}

const fn unlisted(member: &'static str, title: &'static str) -> Named {
    Named {
        kind: None,
        ..listed(member, Kind::Ticket, title, "", "")
    }
}

impl Named {
    pub(crate) const BOARD: Self = listed("board", Kind::Board, "Service Board", "board_href", "service/boards/");
    pub(crate) const STATUS: Self = of_board(
        "status",
        Kind::BoardStatus,
        "Service Status",
        "status_href",
        "service/boards/{}/statuses/",
    );
    pub(crate) const TYPE: Self = of_board(
        "type",
        Kind::BoardType,
        "Service Type",
        "type_href",
        "service/boards/{}/types/",
    );
    pub(crate) const SUB_TYPE: Self = of_board(
        "subType",
        Kind::BoardSubType,
        "Service Sub Type",
        "subType_href",
        "service/boards/{}/subtypes/",
    );
    pub(crate) const ITEM: Self = of_board(
        "item",
        Kind::BoardItem,
        "Service Item",
        "item_href",
        "service/boards/{}/items/",
    );
    pub(crate) const TEAM: Self = of_board(
        "team",
        Kind::BoardTeam,
        "Service Team",
        "team_href",
        "service/boards/{}/teams/",
    );
    pub(crate) const COMPANY: Self = not_by_name(listed(
        "company",
        Kind::Company,
        "company",
        "company_href",
        "company/companies/",
    ));
    pub(crate) const CONTACT: Self = not_by_name(listed(
        "contact",
        Kind::Contact,
        "Contact",
        "contact_href",
        "company/contacts/",
    ));
    pub(crate) const OWNER: Self = listed("owner", Kind::Member, "Member", "member_href", "system/members/");
    pub(crate) const PRIORITY: Self = listed(
        "priority",
        Kind::Priority,
        "Priority",
        "priority_href",
        "service/priorities/",
    );
    pub(crate) const SERVICE_LOCATION: Self = listed(
        "serviceLocation",
        Kind::ServiceLocation,
        "Location",
        "location_href",
        "service/locations/",
    );
    pub(crate) const SOURCE: Self = listed("source", Kind::Source, "Source", "source_href", "service/sources/");
    pub(crate) const LOCATION: Self = listed(
        "location",
        Kind::SystemLocation,
        "Location",
        "location_href",
        "system/locations/",
    );
    pub(crate) const DEPARTMENT: Self = listed(
        "department",
        Kind::Department,
        "Department",
        "department_href",
        "system/departments/",
    );
    pub(crate) const SITE: Self = unlisted("site", "Site");
    pub(crate) const COUNTRY: Self = unlisted("country", "Country");
    /// Those that only have to be looked up, because nothing else depends on them.
    pub(crate) const PLAIN: [Self; 11] = [
        unlisted("workRole", "Work Role"),
        unlisted("workType", "Work Type"),
        Self::COUNTRY,
        Self::PRIORITY,
        Self::SERVICE_LOCATION,
        Self::SOURCE,
        unlisted("opportunity", "Opportunity"),
        unlisted("agreement", "Agreement"),
        Self::LOCATION,
        Self::DEPARTMENT,
        unlisted("sla", "SLA"),
    ];
    pub(crate) const CURRENCY: Self = unlisted("currency", "Currency");
}
