//! A folder of files that tests write, and its way onto the data map.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use datamap::sources::SourceDraft;
use store::Runner;
use tokio::sync::watch;

use crate::{house::House, support::li};

pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn at(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// Files that are no data: drafts that were left.
    pub fn leftovers(&self) -> usize {
        let all = std::fs::read_dir(self.0.path()).unwrap().flatten();
        all.filter(|one| one.file_name().to_string_lossy().starts_with('.')).count()
    }

    /// Connects and scans it; the source's id.
    pub async fn source(&self, house: &House) -> String {
        let map = &house.base.map;
        let address = self.at().to_str().unwrap().to_owned();
        let draft = SourceDraft { name: "Exports".into(), address, ..SourceDraft::default() };
        let source = map.create_source(li(), &draft).await.unwrap();
        self.scan(house, &source.id).await;
        source.id
    }

    pub async fn scan(&self, house: &House, source: &str) {
        let map = &house.base.map;
        let scan = map.start_scan(li(), source, "person").await.unwrap();
        let runner = datamap::add_handlers(Runner::new(map.store().clone(), 2), map);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(runner.run(stopped));
        loop {
            let scan = map.scan(&scan).await.unwrap();
            match scan.state.as_str() {
                "queued" | "running" => tokio::time::sleep(Duration::from_millis(30)).await,
                "finished" => break,
                other => panic!("the scan ended as {other}: {}", scan.error_why),
            }
        }
        let _ = stop.send(true);
        running.await.unwrap();
    }

    /// Its files may be written anew.
    pub async fn permit(&self, house: &House, source: &str) {
        let given = house.base.retain.give_access(&li(), source, "", "").await.unwrap();
        assert!(given.ready, "{}", given.error);
    }
}

impl Folder {
    /// Data files that are shorter than this.
    pub fn shorter(&self, than: u64) -> usize {
        let all = std::fs::read_dir(self.0.path()).unwrap().flatten();
        let data = all.filter(|one| !one.file_name().to_string_lossy().starts_with('.'));
        data.filter(|one| one.metadata().is_ok_and(|meta| meta.len() < than)).count()
    }
}

/// Waits for a copy; its files by name.
pub async fn bundle(house: &House, request: &str) -> BTreeMap<String, String> {
    for _ in 0..1_500 {
        let bundle = house.rights.bundle(request).await.unwrap().unwrap();
        match bundle.stage {
            rights::bundle::Stage::Making => tokio::time::sleep(Duration::from_millis(20)).await,
            rights::bundle::Stage::Ready => break,
            other => panic!("the copy is {other:?}"),
        }
    }
    let mut pieces = house.rights.fetch_bundle(li(), request).await.unwrap();
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.recv().await {
        bytes.extend(piece.unwrap());
    }
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut all = BTreeMap::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut file, &mut text).unwrap();
        all.insert(file.name().unwrap().into_owned(), text);
    }
    all
}
