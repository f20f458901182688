//! Tables for people.

use comfy_table::{ContentArrangement, Table, presets};

use super::text;

/// A table with these headings and rows; cells are made printable, columns fit the terminal.
pub(crate) fn table<'a>(
    headings: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = impl AsRef<[String]>>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings);
    for row in rows {
        table.add_row(row.as_ref().iter().map(|cell| text::printable(cell)));
    }
    table.to_string()
}
