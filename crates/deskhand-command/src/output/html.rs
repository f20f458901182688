//! The short HTML table of a result.

/// A table with these headings; everything is escaped, at most 50 rows are shown.
///
/// ```
/// use deskhand_command::html_table;
///
/// let table = html_table(["ID", "Summary"], [vec!["7".to_owned(), "<b>".to_owned()]]);
/// assert!(table.contains("<td>7</td><td>&lt;b&gt;</td>"));
/// ```
pub fn html_table<'a>(
    headings: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = String::from("<table class='cc-table horizontal-table'><tr>");
    for heading in headings {
        cell(&mut table, "th", heading);
    }
    table.push_str("</tr>");
    for row in rows.into_iter().take(SHOWN) {
        table.push_str("<tr>");
        for text in &row {
            cell(&mut table, "td", text);
        }
        table.push_str("</tr>");
    }
    table.push_str("</table>");
    table
}

const SHOWN: usize = 50;

fn cell(table: &mut String, tag: &str, text: &str) {
    table.push('<');
    table.push_str(tag);
    table.push('>');
    for c in text.chars() {
        match c {
            '<' => table.push_str("&lt;"),
            '>' => table.push_str("&gt;"),
            '&' => table.push_str("&amp;"),
            '"' => table.push_str("&quot;"),
            '\'' => table.push_str("&#39;"),
            c => table.push(c),
        }
    }
    table.push_str("</");
    table.push_str(tag);
    table.push('>');
}
