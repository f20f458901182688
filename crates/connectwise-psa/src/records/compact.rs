//! White space between the tokens of a JSON text is taken out; nothing else changes.

use memchr::memchr2;

/// The same JSON on one line: numbers such as `0.00` stay as they were written.
pub fn compact(json: &[u8]) -> Vec<u8> {
    let mut tidy = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(&byte) = rest.first() {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => rest = &rest[1..],
            b'"' => {
                let end = string_end(rest);
                tidy.extend_from_slice(&rest[..end]);
                rest = &rest[end..];
            }
            _ => {
                tidy.push(byte);
                rest = &rest[1..];
            }
        }
    }
    tidy
}

/// Where the string that begins here ends, its quotes included.
fn string_end(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_space_between_tokens_goes() {
        let json = b"{\r\n  \"a b\" : \"x \\\" y\",\n \"n\": [ 0.00 , 1 ]\n}";
        assert_eq!(super::compact(json), b"{\"a b\":\"x \\\" y\",\"n\":[0.00,1]}");
    }
}
