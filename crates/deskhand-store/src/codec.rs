//! Records made small: zstd with a shared dictionary of ticket-shaped JSON.
//!
//! The first byte of a stored value says how it was made, so that another way can come later.

use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Zstandard, level 1, with `dictionaries/1.txt` before it.
const ZSTD_WITH_FIRST_DICTIONARY: u8 = 1;
const LEVEL: i32 = 1;
static DICTIONARY: &[u8] = include_bytes!("../dictionaries/1.txt");

/// Larger than any record: a bound on what a damaged length can ask for.
const LARGEST: usize = 64 << 20;

/// Compresses and restores values; made once, used by every thread.
pub struct Codec {
    encoder: EncoderDictionary<'static>,
    decoder: DecoderDictionary<'static>,
}

/// A value that cannot be made small, or restored.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Made in a way that this program does not know.
    #[error("a stored value was made in an unknown way ({0})")]
    Unknown(u8),
    /// Damaged.
    #[error("a stored value is damaged")]
    Damaged(#[from] std::io::Error),
}

impl Default for Codec {
    fn default() -> Self {
        Self {
            encoder: EncoderDictionary::copy(DICTIONARY, LEVEL),
            decoder: DecoderDictionary::copy(DICTIONARY),
        }
    }
}

impl Codec {
    /// Makes several values small, with one compressor for all of them.
    pub fn encode_all<'a>(&self, values: impl Iterator<Item = &'a [u8]>) -> Result<Vec<Vec<u8>>, CodecError> {
        let mut compressor = zstd::bulk::Compressor::with_prepared_dictionary(&self.encoder)?;
        values
            .map(|value| {
                let small = compressor.compress(value)?;
                let mut stored = Vec::with_capacity(small.len() + 1);
                stored.push(ZSTD_WITH_FIRST_DICTIONARY);
                stored.extend_from_slice(&small);
                Ok(stored)
            })
            .collect()
    }

    /// Restores a value.
    pub fn decode(&self, stored: &[u8]) -> Result<Vec<u8>, CodecError> {
        match stored.split_first() {
            Some((&ZSTD_WITH_FIRST_DICTIONARY, small)) => {
                let mut decompressor = zstd::bulk::Decompressor::with_prepared_dictionary(&self.decoder)?;
                let length = zstd::bulk::Decompressor::upper_bound(small)
                    .unwrap_or(LARGEST)
                    .min(LARGEST);
                Ok(decompressor.decompress(small, length)?)
            }
            Some((way, _)) => Err(CodecError::Unknown(*way)),
            None => Err(CodecError::Unknown(0)),
        }
    }
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Codec")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_unknown_ways_are_refused() {
        let codec = Codec::default();
        let value = br#"{"id":7,"board":{"id":30,"name":"Help Desk"}}"#;
        let stored = codec.encode_all([value.as_slice(), b""].into_iter()).unwrap();
        assert_eq!(codec.decode(&stored[0]).unwrap(), value);
        assert_eq!(codec.decode(&stored[1]).unwrap(), b"");
        assert!(matches!(codec.decode(&[9, 1, 2]), Err(CodecError::Unknown(9))));
        assert!(codec.decode(&[ZSTD_WITH_FIRST_DICTIONARY, 1, 2]).is_err());
    }
}
