//! What a person takes home: everything found of them, packed into one file that only they can fetch,
//! for a while. It stands sealed on the disk of this server and is removed when its time is over.

mod archive;
mod cells;
mod collect;
mod lock;
mod pack;
mod page;
mod spool;

use std::{
    collections::{BTreeSet, HashMap},
    io::Read as _,
    path::PathBuf,
};

use serde_json::json;
use store::{Actor, Entry, JobContext, JobError, JobHandler, NewJob, now};
use tokio::sync::mpsc;
use trace::{Options, Outcome, Place, Plan};
use vault::Blob;
use web::Lang;

use crate::{
    Kind, Request, Result, Rights, RightsError,
    find::starting,
    request,
    task::{self, Gap},
};
use collect::Collect;
use pack::{Head, Packing, Part};
use page::Page;
use spool::{Opening, Sealing};

/// The job's kind.
pub(crate) const KIND: &str = "rights_bundle";
/// A person has so long to fetch it (µs): a month, as people are away.
const LIFE: i64 = 30 * 24 * 3600 * 1_000_000;
/// The sealed ZIP.
const PACKED: &str = "bundle";

/// How far a bundle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being made.
    Making,
    /// It can be fetched.
    Ready,
    /// It could not be made.
    Failed,
    /// Its time is over.
    Gone,
}

/// A bundle.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// How far it is.
    pub stage: Stage,
    /// Made (µs), or 0.
    pub made_at: i64,
    /// It can be fetched until (µs).
    pub expires_at: i64,
    /// Bytes of the ZIP.
    pub bytes: i64,
    /// Rows in it.
    pub rows: i64,
    /// Fetched last (µs), or 0.
    pub opened_at: i64,
    /// Tables and sources that are missing from it.
    pub missing: i64,
}

impl Rights {
    /// Has a bundle made in the background, for requests that ask for one.
    ///
    /// # Errors
    /// [`RightsError::Conflict`] while we are not sure of the person.
    pub async fn make_bundle(&self, actor: &Actor, request: &Request) -> Result<()> {
        self.make_until(actor, request, now() + LIFE).await
    }

    /// The same once more, because something was missing: it is not kept longer than before, unless its
    /// time is over.
    ///
    /// # Errors
    /// As with [`Rights::make_bundle`].
    pub(crate) async fn remake_bundle(&self, actor: &Actor, request: &Request) -> Result<()> {
        let before = self.bundle(&request.id).await?.filter(|one| one.stage != Stage::Gone);
        let most = now() + LIFE;
        let until = before.map(|one| one.expires_at).filter(|until| *until > now());
        self.make_until(actor, request, until.map_or(most, |until| until.min(most))).await
    }

    async fn make_until(&self, actor: &Actor, request: &Request, until: i64) -> Result<()> {
        if !request.is_verified() {
            return Err(RightsError::Conflict("rights-error-unverified"));
        }
        if !matches!(request.kind, Kind::Access | Kind::Portability) {
            return Err(RightsError::Conflict("rights-error-no-bundle"));
        }
        self.certain(request).await?;
        let entry = Entry::new(actor.clone(), "rights.bundle_asked", "rights_request", &request.id);
        let mut tx = self.store().begin(entry).await?;
        request::begin_bundle(&mut tx, &request.id, until).await?;
        let payload = json!({ "request": request.id });
        let dedupe = Some(format!("rights-bundle:{}", request.id));
        tx.enqueue_anew(NewJob { kind: KIND, payload, dedupe, max_attempts: 5 }).await?;
        tx.commit().await?;
        Ok(())
    }

    fn bundle_folder(&self, request: &str) -> PathBuf {
        self.store().data_dir().join("bundles").join(pack::plain(request))
    }

    fn bundle_blob(&self) -> Blob {
        Blob::with_profile(self.store().profile(), &self.store().derive_key("rights/bundle"))
    }

    async fn collect(&self, id: &str) -> Result<()> {
        let request = self.request(id).await?;
        let person = request.proved()?;
        let person = person.ok_or(RightsError::Conflict("rights-error-unverified"))?;
        let folder = self.bundle_folder(id);
        tokio::fs::create_dir_all(&folder).await.map_err(disk)?;
        let blob = self.bundle_blob();
        let ground = self.ground().await?;
        let start = starting(&person);
        let plan = trace::plan(&ground, &start.kinds());
        let place: Option<Place> = request::place(self, id).await?;
        let mut sink = Collect::new(self, id, &blob, folder);
        let walked =
            trace::walk(&ground, &plan, &start, place, &Options::default(), &mut sink).await;
        // A place of databases that changed since is worth nothing: begin anew.
        let outcome = match walked {
            Err(trace::TraceError::Foreign(_)) => {
                sink.clear();
                trace::walk(&ground, &plan, &start, None, &Options::default(), &mut sink).await?
            }
            walked => walked?,
        };
        // A table that broke off keeps the rows it gave; it is told as missing.
        for (_, out) in sink.open.drain() {
            out.end().map_err(disk)?;
        }
        drop(sink);
        self.pack(&request, &plan, &outcome).await
    }

    async fn pack(&self, request: &Request, plan: &Plan, outcome: &Outcome) -> Result<()> {
        let map = self.regimes().map();
        let sources = map.sources().await?;
        let name = |id: &str| {
            sources.iter().find(|one| one.id == id).map_or(id, |one| &one.name).to_owned()
        };
        let (folder, blob) = (self.bundle_folder(&request.id), self.bundle_blob());
        let mut catalogues = HashMap::new();
        let mut parts = Vec::new();
        let mut systems = BTreeSet::new();
        for (node, one) in plan.nodes.iter().enumerate() {
            let counts = outcome.counts.get(node).copied().unwrap_or_default();
            let found = folder.join(collect::file(node)).exists();
            let rows = if found { counts.own + counts.shared } else { 0 };
            if !catalogues.contains_key(&one.source) {
                catalogues.insert(one.source.clone(), map.tables_and_files_of(&one.source).await?);
            }
            let tables = &catalogues[&one.source];
            let columns = tables.table(&one.table).map_or_else(Vec::new, |table| {
                table.fields.iter().map(|field| field.name.clone()).collect()
            });
            let of = sources.iter().find(|source| source.id == one.source);
            let is_files = of.is_some_and(|source| source.kind == "files");
            if rows > 0 {
                let of = sources.iter().find(|source| source.id == one.source);
                systems.extend(of.map(|source| source.system_id.clone()));
            }
            let source = name(&one.source);
            let table = one.table.clone();
            parts.push(Part { node, source, table, columns, rows, is_files });
        }
        let facts = map.record_facts().await?;
        let systems: Vec<String> = systems.into_iter().filter(|id| !id.is_empty()).collect();
        // What broke off on the way, and what could not be begun: a database that is down, files.
        let failed = outcome.failed.iter().map(|one| (&one.source, &one.table));
        let unread = plan.unreached.iter().filter(|one| matches!(one.why, trace::Why::Missing(_)));
        let unread = unread.map(|one| (&one.source, &one.table));
        let missing: BTreeSet<String> = failed
            .chain(unread)
            .map(|(source, table)| [&*name(source), table].join(" ").trim().to_owned())
            .collect();
        let rows: u64 = parts.iter().map(|part| part.rows).sum();
        let page = |lang: Lang| Page {
            lang,
            organisation: self.organisation(),
            contact: self.consent().settings().contact.clone(),
            request: request.name(),
            day: web::rfc3339(now()).get(..10).unwrap_or_default().to_owned(),
            systems: page::systems(&facts, &systems, lang),
            unreached: missing.iter().cloned().collect(),
        };
        let (en, zh) = (page(Lang::En), page(Lang::ZhCn));
        let nodes: Vec<usize> = parts.iter().map(|part| part.node).collect();
        let place = folder.clone();
        let (request_name, organisation) = (request.name(), self.organisation());
        let bytes = tokio::task::spawn_blocking(move || {
            let out = Sealing::create(&blob, &folder.join(PACKED), PACKED.to_owned())?;
            let head = Head {
                form: pack::FORM,
                request: &request_name,
                controller: &organisation,
                made_at: web::rfc3339(now()),
            };
            let [english, chinese] = pack::PAGES;
            let pages = [(english, en), (chinese, zh)];
            for part in parts.iter_mut().filter(|part| part.is_files && part.rows > 0) {
                pack::widen(&blob, &folder, part)?;
            }
            let packing = Packing { blob: &blob, folder: &folder, parts: &parts, head, pages };
            packing.pack(out)
        });
        let bytes = bytes.await.map_err(|error| RightsError::Search(error.to_string()))?;
        let bytes = bytes.map_err(disk)?;
        self.queue_gaps(&request.id, task::Step::Copy, &Gap::of_walk(plan, outcome)).await?;
        request::end_bundle(self, &request.id, bytes, rows, missing.len()).await?;
        // Only now: a server killed before goes on from its place and needs what was collected.
        for node in nodes {
            match tokio::fs::remove_file(place.join(collect::file(node))).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(disk(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The bytes of a bundle, piece by piece; its fetching is an entry of the ledger.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] where there is none that can be fetched.
    pub async fn fetch_bundle(
        &self,
        actor: Actor,
        request: &str,
    ) -> Result<mpsc::Receiver<std::io::Result<Vec<u8>>>> {
        let file = self.bundle_file(request).await?;
        request::note_fetched(self, actor, request).await?;
        Ok(file.pieces())
    }

    /// The same for ourselves, who are nobody that fetches it.
    pub(crate) async fn read_bundle(
        &self,
        request: &str,
    ) -> Result<mpsc::Receiver<std::io::Result<Vec<u8>>>> {
        Ok(self.bundle_file(request).await?.pieces())
    }

    async fn bundle_file(&self, request: &str) -> Result<Packed> {
        let bundle = self.bundle(request).await?.filter(|one| one.stage == Stage::Ready);
        if bundle.is_none_or(|one| one.expires_at <= now()) {
            return Err(RightsError::NotFound("bundle"));
        }
        let path = self.bundle_folder(request).join(PACKED);
        Ok(Packed { path, blob: self.bundle_blob() })
    }

    /// Removes bundles whose time is over, from the disk first.
    ///
    /// # Errors
    /// Those of the disk and of Privet's own database.
    pub async fn remove_bundles(&self) -> Result<usize> {
        let ids = request::expired_bundles(self).await?;
        for id in &ids {
            let folder = self.bundle_folder(id);
            match tokio::fs::remove_dir_all(&folder).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(disk(error));
                }
                _ => request::forget_bundle(self, id).await?,
            }
        }
        Ok(ids.len())
    }
}

/// The sealed ZIP of a bundle.
struct Packed {
    path: PathBuf,
    blob: Blob,
}

impl Packed {
    fn open(&self) -> std::io::Result<Opening<'_>> {
        Opening::open(&self.blob, &self.path, PACKED.to_owned())
    }

    fn pieces(self) -> mpsc::Receiver<std::io::Result<Vec<u8>>> {
        let (out, pieces) = mpsc::channel(2);
        tokio::task::spawn_blocking(move || {
            let mut from = match self.open() {
                Ok(from) => from,
                Err(error) => return drop(out.blocking_send(Err(error))),
            };
            loop {
                let mut piece = vec![0; 64 * 1024];
                let read = from.read(&mut piece);
                let ended = matches!(read, Ok(0) | Err(_));
                let sent = match read {
                    Ok(0) => Ok(()),
                    Ok(count) => {
                        piece.truncate(count);
                        out.blocking_send(Ok(piece))
                    }
                    Err(error) => out.blocking_send(Err(error)),
                };
                if ended || sent.is_err() {
                    return;
                }
            }
        });
        pieces
    }
}

fn disk(error: std::io::Error) -> RightsError {
    RightsError::Search(format!("the bundle could not be written or read ({error})"))
}

/// The job that makes one.
pub(crate) struct Make {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Make {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default().to_owned();
        self.rights.collect(&request).await?;
        Ok(())
    }

    async fn ended(&self, _: &store::Store, job: &store::JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        if let Err(error) = request::fail_bundle(&self.rights, request).await {
            tracing::warn!(%error, "the end of a bundle could not be kept");
        }
    }
}
