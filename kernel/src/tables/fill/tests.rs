//! Forms as people make them: what is not told stays byte by byte, what is told is read back by a reader that is not ours.

use super::*;
use crate::tables::{Cell, Merge, read};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Formula, Workbook as Made};

/// A form with a merged title, fonts, widths, a formula and cells that have a style and no content.
fn form() -> Vec<u8> {
    let mut book = Made::new();
    let sheet = book.add_worksheet().set_name("表 1").unwrap();
    let title = Format::new().set_bold().set_font_name("SimSun").set_font_size(18).set_align(FormatAlign::Center);
    let framed = Format::new().set_border(FormatBorder::Thin).set_num_format("#,##0.00");
    sheet.merge_range(0, 0, 0, 3, "{{year}} 年 <服务> & 情况", &title).unwrap();
    sheet.set_column_width(1, 22.5).unwrap();
    sheet.set_row_height(2, 33).unwrap();
    sheet.write_string(2, 0, "时长").unwrap();
    sheet.write_string_with_format(2, 1, "{{hours}}", &framed).unwrap();
    sheet.write_blank(2, 2, &framed).unwrap();
    sheet.write_number_with_format(3, 1, 7.5, &framed).unwrap();
    sheet.write_formula_with_format(4, 1, Formula::new("=B3+B4").set_result("999"), &framed).unwrap();
    book.add_worksheet().set_name("附表").unwrap();
    book.save_to_buffer().unwrap()
}

fn values() -> Values {
    let texts = [
        ("{{year}} 年 <服务> & 情况".to_owned(), Out::Text("2026 年 <服务> & 情况".to_owned())),
        ("{{hours}}".to_owned(), Out::Hours(90)),
    ];
    let cells = [
        (("表 1".to_owned(), "C3".to_owned()), Out::Int(12)),
        (("表 1".to_owned(), "A4".to_owned()), Out::Text("=1+1".to_owned())),
        (("表 1".to_owned(), "F9".to_owned()), Out::Int(5)),
        (("附表".to_owned(), "B2".to_owned()), Out::Hours(30)),
    ];
    Values { texts: texts.into(), cells: cells.into() }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    member(&mut archive, name).unwrap()
}

#[test]
fn cells_that_are_told_get_their_values_and_all_else_stays() {
    let before = form();
    let after = fill(&before, &Limits::default(), &values()).unwrap();
    let book = read(&after, &Limits::default()).unwrap();
    let sheet = &book.sheets[0];
    let at = |row: u32, column: usize| {
        let row = sheet.rows.get((row - sheet.first_row) as usize);
        row.and_then(|cells| cells.get(column)).cloned().unwrap_or_default()
    };
    assert_eq!(at(1, 0), Cell::Text("2026 年 <服务> & 情况".to_owned()));
    assert_eq!((at(3, 0), at(3, 1), at(3, 2)), (Cell::text("时长"), Cell::Number(1.5), Cell::Number(12.0)));
    assert_eq!((at(4, 0), at(4, 1)), (Cell::text("=1+1"), Cell::Number(7.5)), "a text is no formula");
    assert_eq!(at(9, 5), Cell::Number(5.0), "a row that was not there");
    assert_eq!(sheet.merges, [Merge { top: 1, bottom: 1, left: 0, right: 3 }]);
    assert_eq!(book.sheets[1].rows.last().and_then(|row| row.last()), Some(&Cell::Number(0.5)), "a sheet without rows");
    for untouched in ["xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "xl/theme/theme1.xml"] {
        assert_eq!(part(&before, untouched), part(&after, untouched), "{untouched}");
    }
    let (old, new) = (part(&before, "xl/worksheets/sheet1.xml"), part(&after, "xl/worksheets/sheet1.xml"));
    for kept in ["<cols>", "<mergeCells", "customHeight=\"1\""] {
        assert!(old.contains(kept) && new.contains(kept), "{kept}");
    }
    let style = |text: &str, cell: &str| {
        text.split(&format!("r=\"{cell}\" s=\"")).nth(1).map(|s| s.split('"').next().unwrap().to_owned())
    };
    for cell in ["A1", "B3", "C3", "B5"] {
        assert_eq!(style(&old, cell), style(&new, cell), "{cell} keeps its style");
    }
}

#[test]
fn a_formula_forgets_what_it_came_to_and_is_reckoned_anew() {
    let after = fill(&form(), &Limits::default(), &values()).unwrap();
    let sheet = part(&after, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<f>B3+B4</f>") && !sheet.contains("999"));
    assert!(part(&after, "xl/workbook.xml").contains("fullCalcOnLoad=\"1\""));
    let plain = "<workbook><sheets/></workbook>";
    assert_eq!(reckoned_anew(plain).unwrap(), "<workbook><sheets/><calcPr fullCalcOnLoad=\"1\"/></workbook>");
    let named = "<x:workbook><x:sheets/><x:extLst><x:ext/></x:extLst></x:workbook>";
    let wanted = "<x:workbook><x:sheets/><x:calcPr fullCalcOnLoad=\"1\"/><x:extLst><x:ext/></x:extLst></x:workbook>";
    assert_eq!(reckoned_anew(named).unwrap(), wanted);
}

#[test]
fn rows_and_cells_come_in_the_order_that_a_spreadsheet_wants() {
    let out = [Out::Int(1), Out::Int(2), Out::Int(3), Out::Int(4), Out::Int(5)];
    let keys = ["A1", "B3", "D3", "B5", "AA7"].map(|cell| ("s".to_owned(), cell.to_owned()));
    let values = Values { cells: keys.into_iter().zip(out).collect(), ..Values::default() };
    let sheet = "<worksheet><sheetData><row r=\"3\"><c r=\"A3\"><v>9</v></c><c r=\"C3\" s=\"4\"/></row><row r=\"5\" ht=\"9\"/></sheetData><x/></worksheet>";
    let made = sheet_filled(sheet, "s", &[], &values).unwrap();
    assert_eq!(
        made,
        "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>9</v></c>\
         <c r=\"B3\"><v>2</v></c><c r=\"C3\" s=\"4\"/><c r=\"D3\"><v>3</v></c></row>\
         <row r=\"5\" ht=\"9\"><c r=\"B5\"><v>4</v></c></row><row r=\"7\"><c r=\"AA7\"><v>5</v></c></row></sheetData><x/></worksheet>"
    );
    let empty = sheet_filled("<worksheet><sheetData/></worksheet>", "s", &[], &values).unwrap();
    assert!(empty.starts_with("<worksheet><sheetData><row r=\"1\">") && empty.ends_with("</sheetData></worksheet>"));
}

#[test]
fn texts_are_found_in_all_ways_in_which_files_keep_them() {
    let values = Values { texts: [("a & b".to_owned(), Out::Int(7))].into(), ..Values::default() };
    let shared = shared(
        "<sst><si><r><t>a </t></r><r><t xml:space=\"preserve\">&amp; b</t></r><rPh><t>x</t></rPh></si><si/></sst>",
    )
    .unwrap();
    assert_eq!(shared, ["a & b", ""]);
    for cell in [
        "<c r=\"A1\" t=\"s\"><v>0</v></c>",
        "<c r=\"A1\" t=\"inlineStr\"><is><t>a &#38; b</t></is></c>",
        "<c r=\"A1\" t=\"str\"><v>a &amp; b</v></c>",
    ] {
        let sheet = format!("<sheetData><row r=\"1\">{cell}</row></sheetData>");
        let made = sheet_filled(&sheet, "s", &shared, &values).unwrap();
        assert_eq!(made, "<sheetData><row r=\"1\"><c r=\"A1\"><v>7</v></c></row></sheetData>", "{cell}");
    }
    let named = "<x:sheetData><x:row r=\"1\"><x:c r=\"A1\" t=\"s\"><x:v>0</x:v></x:c></x:row></x:sheetData>";
    let made = sheet_filled(named, "s", &shared, &values).unwrap();
    assert_eq!(made, "<x:sheetData><x:row r=\"1\"><x:c r=\"A1\"><x:v>7</x:v></x:c></x:row></x:sheetData>");
}

#[test]
fn what_is_no_workbook_is_refused() {
    for wrong in [&b"a,b"[..], b"PK\x03\x04", b""] {
        assert!(fill(wrong, &Limits::default(), &Values::default()).is_err());
    }
    let small = Limits { unpacked: 100, ..Limits::default() };
    assert!(matches!(fill(&form(), &small, &Values::default()), Err(TableError::Swollen)));
    for (text, at) in [
        ("A1", Some((1, 1))),
        ("AA10", Some((10, 27))),
        ("XFD1048576", Some((1_048_576, 16_384))),
        ("A0", None),
        ("1A", None),
        ("a1", None),
    ] {
        assert_eq!(place(text), at, "{text}");
    }
    assert_eq!(address((10, 27)), "AA10");
    assert_eq!(address((1, 16_384)), "XFD1");
}
