//! Files and folders through the face.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod common;

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use common::{column, find, open, stores, values};
use parquet::{
    data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use sources::{Address, Limits, Options, Sample, StoreFilter, StoreInfo};

async fn one(path: &Path, limits: &Limits) -> (StoreInfo, Sample) {
    let source = open(path.to_str().unwrap()).await.unwrap();
    let store = stores(&*source).await.remove(0);
    let sample = source.sample(&store, limits).await.unwrap();
    (store, sample)
}

fn column_names(store: &StoreInfo) -> Vec<&str> {
    store.columns.iter().map(|c| c.name.as_str()).collect()
}

#[tokio::test]
async fn tables_of_every_encoding_and_dialect_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let text = "姓名;电话;备注\n王小明;13800138000;\"a;b\"\n李丽;13900139000;\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(text);
    let wide = |le: bool| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(|u| if le { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    let bom = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let crlf = text.replace('\n', "\r\n").into_bytes();
    let all = [text.as_bytes().to_vec(), gbk.into_owned(), wide(true), wide(false), bom, crlf];

    for (i, bytes) in all.iter().enumerate() {
        let path = dir.path().join(format!("f{i}.csv"));
        std::fs::write(&path, bytes).unwrap();
        let (store, sample) = one(&path, &Limits::default()).await;
        assert_eq!(column_names(&store), ["姓名", "电话", "备注"], "{i}");
        assert_eq!(values(&sample, 0), [Some("王小明"), Some("李丽")], "{i}");
        assert_eq!(values(&sample, 2), [Some("a;b"), None], "{i}");
        assert_eq!((store.rows_estimate, sample.invalid_text), (Some(2), false), "{i}");
    }
}

#[tokio::test]
async fn odd_tables_lose_nothing_and_break_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };

    let (store, sample) = one(&write("empty.csv", b""), &Limits::default()).await;
    assert_eq!((store.columns.len(), sample.rows), (0, 0));
    let (store, sample) = one(&write("header.csv", b"a,b\n"), &Limits::default()).await;
    assert_eq!((store.columns.len(), sample.rows, store.rows_estimate), (2, 0, Some(0)));
    let (store, sample) =
        one(&write("ragged.csv", b"a,b\n1,2\n3\n4,5,6\n7,8\n9,0\n"), &Limits::default()).await;
    assert_eq!(column_names(&store), ["a", "b", "column_3"]);
    assert_eq!(values(&sample, 2), [None, None, Some("6"), None, None]);
    let (store, sample) =
        one(&write("bare.csv", b"1,li@example.com\n2,ann@example.com\n"), &Limits::default()).await;
    assert_eq!((column_names(&store), sample.rows), (vec!["column_1", "column_2"], 2));
    let (_, sample) =
        one(&write("bad.csv", b"name,x\ncaf\xff,1\nb,2\nc,\0\n"), &Limits::default()).await;
    assert!(sample.invalid_text || values(&sample, 0)[0].is_some());
    assert_eq!(sample.rows, 3);
}

#[tokio::test]
async fn a_big_table_is_sampled_all_over_with_few_bytes_read() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.csv");
    let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "id,name,note").unwrap();
    let note = "x".repeat(300);
    for i in 0..1_000_000 {
        writeln!(file, "{i},\"Li, \"\"Wei\"\"\",\"two\n{note},lines\"").unwrap();
    }
    drop(file);
    assert!(std::fs::metadata(&path).unwrap().len() > 300_000_000);

    let start = Instant::now();
    let (store, sample) = one(&path, &Limits::default()).await;

    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let estimate = store.rows_estimate.unwrap();
    assert!((900_000..1_100_000).contains(&estimate), "{estimate}");
    let ids: Vec<u64> = values(&sample, 0).iter().map(|v| v.unwrap().parse().unwrap()).collect();
    assert!(ids.len() >= 900, "{}", ids.len());
    for part in 0..10 {
        let range = part * 100_000..(part + 1) * 100_000;
        assert!(ids.iter().any(|id| range.contains(id)), "{part}");
    }
    assert!(values(&sample, 1).iter().all(|v| *v == Some("Li, \"Wei\"")));
}

#[tokio::test]
async fn json_lines_arrays_and_documents_become_paths() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let lines = "{\"id\": 1, \"a\": {\"city\": \"杭州\"}, \"items\": [{\"sku\": \"x\"}]}\nnot json\n{\"id\": 2.5, \"items\": [], \"new\": true}\n";

    let (store, sample) = one(&write("a.jsonl", lines), &Limits::default()).await;
    assert_eq!(column_names(&store), ["id", "a.city", "items[].sku", "new"]);
    assert_eq!(store.columns[0].data_type, "number");
    assert_eq!(values(&sample, 0), [Some("1"), Some("2.5")]);
    assert_eq!(values(&sample, 1), [Some("杭州"), None]);

    let array =
        "[\n {\"email\": \"a@example.com\"},\n {\"email\": null}, {\"n\": 123456789012345678}]";
    let (store, sample) = one(&write("b.json", array), &Limits::default()).await;
    assert_eq!(sample.rows, 3);
    assert_eq!(values(&sample, column(&store, "email")), [Some("a@example.com"), None, None]);
    assert_eq!(values(&sample, column(&store, "n"))[2], Some("123456789012345678"));

    let document =
        "{\n \"customers\": [\n {\"name\": \"Ann\"}, {\"name\": \"Bo\"}\n ],\n \"version\": 1\n}";
    let (store, sample) = one(&write("c.json", document), &Limits::default()).await;
    assert_eq!(values(&sample, column(&store, "customers[].name")), [Some("Ann"), Some("Bo")]);

    let source = open(write("d.jsonl", "nothing\nhere\n").to_str().unwrap()).await.unwrap();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();
    assert_eq!(catalog.problems[0].error.code(), "malformed");
    let (store, _) = one(&write("e.jsonl", ""), &Limits::default()).await;
    assert!(store.columns.is_empty());
}

fn write_parquet(path: &Path, rows: i32) {
    let schema = "message s { required int32 id; optional binary email (UTF8); optional binary photo;
        optional int64 at (TIMESTAMP_MILLIS); optional group tags (LIST) { repeated group list { optional binary element (UTF8); } } }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer =
        SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
    let third = rows / 3;
    for group in 0..3 {
        let ids: Vec<i32> = (group * third..(group + 1) * third).collect();
        let texts = |prefix: &str| -> Vec<ByteArray> {
            ids.iter().map(|i| ByteArray::from(format!("{prefix}{i}").into_bytes())).collect()
        };
        let present = vec![1i16; ids.len()];
        let mut out = writer.next_row_group().unwrap();
        let mut c = out.next_column().unwrap().unwrap();
        c.typed::<Int32Type>().write_batch(&ids, None, None).unwrap();
        c.close().unwrap();
        let mut c = out.next_column().unwrap().unwrap();
        c.typed::<ByteArrayType>().write_batch(&texts("u@"), Some(&present), None).unwrap();
        c.close().unwrap();
        let mut c = out.next_column().unwrap().unwrap();
        let photos: Vec<ByteArray> =
            ids.iter().map(|_| ByteArray::from(vec![0xff, 0, 1])).collect();
        c.typed::<ByteArrayType>().write_batch(&photos, Some(&present), None).unwrap();
        c.close().unwrap();
        let mut c = out.next_column().unwrap().unwrap();
        let half: Vec<i16> = ids.iter().map(|i| i16::from(i % 2 == 0)).collect();
        let times: Vec<i64> =
            ids.iter().filter(|i| *i % 2 == 0).map(|_| 1_700_000_000_000).collect();
        c.typed::<Int64Type>().write_batch(&times, Some(&half), None).unwrap();
        c.close().unwrap();
        let mut c = out.next_column().unwrap().unwrap();
        let doubled: Vec<ByteArray> = texts("t").into_iter().flat_map(|t| [t.clone(), t]).collect();
        let defs = vec![3i16; doubled.len()];
        let reps: Vec<i16> = (0..doubled.len()).map(|i| (i % 2) as i16).collect();
        c.typed::<ByteArrayType>().write_batch(&doubled, Some(&defs), Some(&reps)).unwrap();
        c.close().unwrap();
        out.close().unwrap();
    }
    writer.close().unwrap();
}

#[tokio::test]
async fn parquet_is_read_from_all_over_and_rows_stay_together() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("big.parquet");
    write_parquet(&path, 30_000);

    let limits = Limits { rows: 100, ..Limits::default() };
    let (store, sample) = one(&path, &limits).await;

    assert_eq!(column_names(&store), ["id", "email", "photo", "at", "tags[]"]);
    assert_eq!((store.rows_estimate, sample.binary.clone()), (Some(30_000), vec![2]));
    assert_eq!(
        (store.columns[1].data_type.as_str(), store.columns[3].data_type.as_str()),
        ("string", "timestamp")
    );
    let ids: Vec<i32> = values(&sample, 0).iter().map(|v| v.unwrap().parse().unwrap()).collect();
    assert_eq!(ids.len(), 100);
    assert!(ids.iter().any(|i| *i < 5_000) && ids.iter().any(|i| *i > 25_000));
    for (row, id) in ids.iter().enumerate() {
        assert_eq!(values(&sample, 1)[row], Some(format!("u@{id}").as_str()));
        assert_eq!(values(&sample, 4)[row], Some(format!("t{id}").as_str()));
        assert_eq!(values(&sample, 3)[row], (id % 2 == 0).then_some("2023-11-14 22:13:20"));
    }

    let small = dir.path().join("small.parquet");
    write_parquet(&small, 30);
    let (_, sample) = one(&small, &Limits::default()).await;
    assert_eq!(sample.rows, 30);
}

#[tokio::test]
async fn a_folder_lists_its_data_files_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("exports");
    let write = |name: &str, bytes: &[u8]| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("a.csv", b"x,y\n1,2\n");
    write("sub/b.TSV", b"x\ty\n1\t2\n");
    write("sub/c.parquet", b"PAR1 but not really");
    write(".hidden.csv", b"x\n");
    write("_tmp/d.csv", b"x\n");
    write("readme.md", b"# hi");
    write("zeros.csv", &[0u8; 100]);
    std::fs::write(dir.path().join("outside.csv"), "secret\n").unwrap();
    std::os::unix::fs::symlink(dir.path().join("outside.csv"), root.join("link.csv")).unwrap();
    std::os::unix::fs::symlink(&root, root.join("sub/loop")).unwrap();

    let source = open(root.to_str().unwrap()).await.unwrap();
    let catalog = source.introspect(&StoreFilter::default()).await.unwrap();

    let names: Vec<_> = catalog.stores.iter().map(StoreInfo::display_name).collect();
    assert_eq!(names, ["a.csv", "sub/b.TSV"]);
    let problems: Vec<_> =
        catalog.problems.iter().map(|p| (p.store.as_str(), p.error.code())).collect();
    assert_eq!(problems, [("sub/c.parquet", "malformed"), ("zeros.csv", "not-a-database")]);
    let filter = StoreFilter { tables_glob: "sub/*".to_owned() };
    assert_eq!(source.introspect(&filter).await.unwrap().stores.len(), 1);

    let mut evil = catalog.stores[0].clone();
    evil.name = "../outside.csv".to_owned();
    assert_eq!(source.sample(&evil, &Limits::default()).await.unwrap_err().code(), "denied");
    let b = find(&catalog.stores, "sub/b.TSV").clone();
    std::fs::remove_file(root.join("sub/b.TSV")).unwrap();
    assert_eq!(source.sample(&b, &Limits::default()).await.unwrap_err().code(), "vanished");
}

#[tokio::test]
async fn a_single_file_may_be_called_anything() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export.txt");
    std::fs::write(&path, "email|name\nli@example.com|Li\n").unwrap();
    let (store, sample) = one(&path, &Limits::default()).await;
    assert_eq!((store.name.as_str(), sample.rows), ("export.txt", 1));

    let picture = dir.path().join("picture");
    std::fs::write(&picture, [0u8, 1, 2, 3].repeat(50)).unwrap();
    let error = open(picture.to_str().unwrap()).await.err().unwrap();
    assert_eq!(error.code(), "not-a-database");
}

#[cfg(unix)]
#[tokio::test]
async fn a_named_pipe_is_never_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("a.csv"), "name,city\nLi Lei,Hangzhou\n").unwrap();
    let pipe = dir.path().join("pipe.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let work = async {
        let source = open(dir.path().to_str().unwrap()).await.unwrap();
        let listed = stores(&*source).await.len();
        let alone = open(pipe.to_str().unwrap()).await.err().unwrap();
        let database = open(&format!("sqlite:{}", pipe.display())).await.err().unwrap();
        (listed, alone.code(), database.code())
    };

    let found = tokio::time::timeout(Duration::from_secs(10), work).await.unwrap();

    assert_eq!(found, (1, "not-a-database", "not-a-database"));
}

#[tokio::test]
async fn parquet_rows_are_read_whole_with_every_value_of_a_list() {
    let dir = tempfile::tempdir().unwrap();
    write_parquet(&dir.path().join("a.parquet"), 3_000);
    let (address, _) = Address::parse(dir.path().to_str().unwrap()).unwrap();
    let folder = sources::Folder::open(&address, &Options::default()).await.unwrap();
    let columns = ["tags[]".to_owned(), "id".to_owned(), "at".to_owned()];

    let mut records = folder.records("a.parquet", &columns).unwrap();
    let mut seen = 0;
    while let Some(piece) = records.next().unwrap() {
        let sources::Part::Row(row) = &piece.part else { panic!("a row") };
        let texts = |at: usize| -> Vec<String> {
            let mine = row.cells.iter().filter(|cell| cell.column == Some(at));
            mine.filter_map(|cell| records.text(&piece.bytes, cell)).collect()
        };
        assert_eq!(texts(1), [seen.to_string()]);
        assert_eq!(texts(0), [format!("t{seen}"), format!("t{seen}")]);
        assert_eq!(texts(2).len(), usize::from(seen % 2 == 0));
        let others = row.cells.iter().filter(|cell| cell.column.is_none());
        let others: Vec<&str> = others.map(|cell| cell.path.as_str()).collect();
        assert_eq!(others, ["email", "photo"]);
        seen += 1;
    }

    assert_eq!((seen, records.fixed()), (3_000, Some(sources::Fixed::Parquet)));
}
