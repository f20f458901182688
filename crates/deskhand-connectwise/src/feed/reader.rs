//! Reads the pages of a pass ahead of whoever stores them: while a page is hashed on one thread, the next are on their
//! way.

use connectwise_psa::{Client, Error, ErrorKind, IdRange, Scan, ScanError, ScanRequest};
use deskhand_command::event_source::Hash;
use deskhand_command::{Failure, Quarantined};
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::page_size::{PageSize, Remedy};
use super::records::{Sorted, sorted_out};
use super::{PATH, PATIENCE, failed};

/// What was read together, on its way to being hashed.
pub(super) struct Portion {
    /// Which of the pass's ranges it is from.
    pub(super) range: usize,
    /// What is left of that range after it.
    pub(super) rest: Option<IdRange>,
    /// The server's time when it answered.
    pub(super) server_time: Option<Timestamp>,
    /// Its records.
    pub(super) sorted: JoinHandle<Sorted>,
}

/// The portions of a pass, those of one range in order; the reading stops when this is dropped.
pub(super) struct Portions {
    arriving: mpsc::Receiver<Result<Portion, Failure>>,
    _reading: JoinSet<()>,
}

struct Reader {
    client: Client,
    request: ScanRequest,
    scan: Scan,
    size: PageSize,
    hash: Hash,
    to: mpsc::Sender<Result<Portion, Failure>>,
}

/// This many pages may wait for the store, hashed or being hashed.
const AHEAD: usize = 1;

impl Portions {
    /// Begins to read the ranges of a request.
    pub(super) fn begin(client: &Client, request: ScanRequest, hash: Hash) -> Self {
        let (to, arriving) = mpsc::channel(AHEAD);
        // How often a page is asked for again is decided here, not in the client: it depends on the page's size.
        let once = client.with_patience(connectwise_psa::Patience { retries: 0, ..PATIENCE });
        let reader = Reader {
            client: client.clone(),
            scan: once.scan(request.clone()),
            size: PageSize::new(request.page_size),
            request,
            hash,
            to,
        };
        let mut reading = JoinSet::new();
        reading.spawn(reader.read_all());
        Self {
            arriving,
            _reading: reading,
        }
    }

    /// The next portion; `None` when every range has been read to its end, or when the reading broke off.
    pub(super) async fn next(&mut self) -> Option<Result<Portion, Failure>> {
        self.arriving.recv().await
    }
}

impl Reader {
    async fn read_all(mut self) {
        while let Some(arrived) = self.scan.next_page().await {
            let portion = match arrived {
                Ok(page) => {
                    self.size.came();
                    self.scan.set_page_size(self.size.now());
                    let (records, hash) = (page.page.records, self.hash.clone());
                    Ok(Some(Portion {
                        range: page.range,
                        rest: page.rest,
                        server_time: page.page.server_time,
                        sorted: tokio::task::spawn_blocking(move || sorted_out(records, &hash)),
                    }))
                }
                Err(error) => self.overcome(error).await,
            };
            let Some(portion) = portion.transpose() else { continue };
            let over = portion.is_err();
            if self.to.send(portion).await.is_err() || over {
                return;
            }
        }
    }

    /// A page that did not come is asked for again, in halves, or record by record.
    async fn overcome(&mut self, error: ScanError) -> Result<Option<Portion>, Failure> {
        match self.size.remedy(&error.source) {
            Remedy::Again(pause) => {
                tracing::debug!(error = %error.source, "a page is asked for again");
                tokio::time::sleep(pause).await;
                self.scan.resume(error.index, error.range);
                Ok(None)
            }
            Remedy::Smaller => {
                tracing::debug!(error = %error.source, size = self.size.now(), "pages become smaller");
                self.scan.set_page_size(self.size.now());
                self.scan.resume(error.index, error.range);
                Ok(None)
            }
            Remedy::Single => self.look_closely(error).await.map(Some),
            Remedy::None => Err(failed(&error.source)),
        }
    }

    /// The first record of the range is asked for by its id; when that fails as well, it is set aside.
    ///
    /// Its id is found by asking for nothing else of it, which also shows that the server is there and that the record
    /// is to blame.
    async fn look_closely(&mut self, error: ScanError) -> Result<Portion, Failure> {
        let mut only_id = self.request.clone().fields("id");
        only_id.page_size = 1;
        let first = self
            .client
            .list(&only_id.to_list_request(error.range))
            .await
            .map_err(|error| failed(&error))?;
        let Some(id) = first.last_id() else {
            // What was there has gone, and the empty page ends the range.
            return Ok(portion(error.index, None, first.server_time, Sorted::default()));
        };
        let sorted = single(&self.client, &self.hash, id).await?;
        let ended = error.range.upto.is_some_and(|upto| id >= upto);
        let rest = (!ended).then_some(IdRange {
            after: id,
            ..error.range
        });
        if let Some(rest) = rest {
            self.scan.resume(error.index, rest);
        }
        Ok(portion(error.index, rest, first.server_time, sorted))
    }
}

/// One record, or why it is set aside.
async fn single(client: &Client, hash: &Hash, id: i64) -> Result<Sorted, Failure> {
    match client.get(format!("{PATH}/{id}")).await {
        Ok(record) => Ok(sorted_out(vec![record], hash)),
        Err(error) if is_about_the_record(&error) => Ok(Sorted {
            records: Vec::new(),
            quarantined: vec![Quarantined {
                id: Some(id),
                reason: format!("the PSA does not hand the ticket out: {error}"),
                raw: None,
            }],
        }),
        Err(error) => Err(failed(&error)),
    }
}

/// True when asking for something else may well work.
fn is_about_the_record(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Server => error.status() != Some(503),
        ErrorKind::TimedOut | ErrorKind::BadBody | ErrorKind::Protocol | ErrorKind::NotFound => true,
        _ => false,
    }
}

fn portion(range: usize, rest: Option<IdRange>, server_time: Option<Timestamp>, sorted: Sorted) -> Portion {
    Portion {
        range,
        rest,
        server_time,
        sorted: tokio::spawn(async move { sorted }),
    }
}
