//! Records as a table: CSV rows and an XLSX workbook with a sheet for each view.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, XlsxError};

use super::{
    Facts,
    law::{View, law},
    words::{RecordText, Voice},
};

/// A cell of a spreadsheet holds at most this many characters.
const CELL: usize = 32_000;

/// A view as rows: head, then an activity each. Gaps stand in their cells, marked.
pub fn rows(voice: Voice, facts: &Facts, view: &'static View) -> (Vec<String>, Vec<Vec<String>>) {
    let mut head = vec![voice.t("records-col-activity")];
    head.extend(voice.columns(view));
    head.push(voice.t("records-col-complete"));
    let records = facts.records(view);
    let rows = records.iter().map(|record| row(&voice.record(record))).collect();
    (head, rows)
}

fn row(record: &RecordText) -> Vec<String> {
    let mut row = vec![record.name.clone()];
    for cell in &record.cells {
        let gaps = cell.gaps.iter().map(|gap| gap.text.clone());
        let lines: Vec<String> = cell.lines.iter().cloned().chain(gaps).collect();
        row.push(lines.join("\n").chars().take(CELL).collect());
    }
    row.push(format!("{}%", record.percent));
    row
}

/// The workbook: a cover, then each view. Texts are written as texts, never as formulas.
pub fn workbook(voice: Voice, facts: &Facts, date: &str) -> Result<Vec<u8>, XlsxError> {
    let title = Format::new().set_bold().set_font_size(16);
    let label = Format::new().set_bold().set_align(FormatAlign::Top);
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let mut book = Workbook::new();
    let cover = book.add_worksheet();
    cover.set_name(voice.t("records-sheet-cover"))?;
    cover.set_column_width(0, 28)?.set_column_width(1, 70)?;
    cover.write_string_with_format(0, 0, voice.t("records-title"), &title)?;
    let organisation = &facts.organisation;
    let lines = [
        ("org-name", &organisation.name),
        ("org-contact", &organisation.contact),
        ("org-representative", &organisation.representative),
        ("org-officer", &organisation.officer),
    ];
    for (n, (key, value)) in lines.into_iter().enumerate() {
        let at = n as u32 + 2;
        cover.write_string_with_format(at, 0, voice.t(key), &label)?;
        cover.write_string_with_format(at, 1, value, &text)?;
    }
    cover.write_string_with_format(7, 0, voice.t("records-date"), &label)?;
    cover.write_string_with_format(7, 1, date, &text)?;
    cover.write_string_with_format(8, 0, voice.t("records-law-version"), &label)?;
    cover.write_string_with_format(8, 1, &law().version, &text)?;
    for view in &law().views {
        sheet(&mut book, voice, facts, view, &text)?;
    }
    book.save_to_buffer()
}

fn sheet(
    book: &mut Workbook,
    voice: Voice,
    facts: &Facts,
    view: &'static View,
    text: &Format,
) -> Result<(), XlsxError> {
    let head_format = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x001F_6B4F))
        .set_border(FormatBorder::Thin);
    let name_format = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    let (head, rows) = rows(voice, facts, view);
    let sheet = book.add_worksheet();
    sheet.set_name(voice.t(&format!("records-sheet-{}", view.key)))?;
    sheet.set_freeze_panes(1, 1)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    for (column, text) in head.iter().enumerate() {
        sheet.set_column_width(column as u16, if column == 0 { 26 } else { 32 })?;
        sheet.write_string_with_format(0, column as u16, text, &head_format)?;
    }
    for (n, row) in rows.iter().enumerate() {
        for (column, value) in row.iter().enumerate() {
            let format = if column == 0 { &name_format } else { text };
            sheet.write_string_with_format(n as u32 + 1, column as u16, value, format)?;
        }
    }
    if !rows.is_empty() {
        sheet.autofilter(0, 0, rows.len() as u32, head.len() as u16 - 1)?;
    }
    Ok(())
}
