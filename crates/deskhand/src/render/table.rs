//! Tables for people.

use comfy_table::{ContentArrangement, Table, presets};

use super::text;

/// A table with these headings and rows; cells are made printable, columns fit the terminal.
pub(crate) fn table<const N: usize>(headings: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(headings);
    for row in rows {
        table.add_row(row.iter().map(|cell| text::printable(cell)));
    }
    table.to_string()
}
