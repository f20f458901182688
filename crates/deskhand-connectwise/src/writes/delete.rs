//! Deleting a ticket: lost, only the vendor's own word that there is no such ticket proves it.

use connectwise_psa::{Answer, Error, ListRequest, Request, delete_ticket};
use deskhand_command::BoxFuture;
use jiff::Timestamp;

use super::perform::is_vendors_not_found;
use super::write::{Verdict, Write};
use crate::commands::Run;
use crate::commands::rights::DELETE_TICKETS;

/// Deletes a ticket that this run has seen.
pub(crate) struct DeleteTicket {
    pub(crate) ticket: i64,
}

impl Write for DeleteTicket {
    fn step(&self) -> String {
        format!("ticket {}", self.ticket)
    }

    fn request(&self) -> Request {
        delete_ticket(self.ticket)
    }

    /// The ticket is read first.
    fn rights(&self) -> Vec<&'static str> {
        vec![DELETE_TICKETS]
    }

    fn record_path(&self, _record: Option<i64>) -> Option<String> {
        None
    }

    fn confirm<'a>(&'a self, _run: &'a Run<'a>, _answer: &'a Answer) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(std::future::ready(Ok(Verdict::Done(None))))
    }

    /// A 404 counts only while a list still answers: a server that is not well says 404 to everything.
    fn look<'a>(&'a self, run: &'a Run<'a>, _sent_at: Timestamp) -> BoxFuture<'a, Result<Verdict, Error>> {
        Box::pin(async move {
            match run.client.get(format!("service/tickets/{}", self.ticket)).await {
                Ok(_) => Ok(Verdict::NotDone),
                Err(error) if is_vendors_not_found(&error) => {
                    run.client.count(&ListRequest::new("service/tickets")).await?;
                    Ok(Verdict::Done(None))
                }
                Err(error) => Err(error),
            }
        })
    }

    fn worked_before(&self, refusal: &Error) -> bool {
        is_vendors_not_found(refusal)
    }
}
