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

/// Makes values small, one after the other.
pub struct Encoder<'a> {
    compressor: zstd::bulk::Compressor<'a>,
    /// What is being made, kept for the next.
    whole: Vec<u8>,
    small: Vec<u8>,
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
    /// What makes values small, to be used for several.
    pub fn encoder(&self) -> Result<Encoder<'_>, CodecError> {
        let compressor = zstd::bulk::Compressor::with_prepared_dictionary(&self.encoder)?;
        Ok(Encoder {
            compressor,
            whole: Vec::new(),
            small: Vec::new(),
        })
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

impl Encoder<'_> {
    /// Makes a value small that consists of two parts; where the first ends is the caller's to know.
    pub fn encode(&mut self, first: &[u8], second: &[u8]) -> Result<Vec<u8>, CodecError> {
        self.whole.clear();
        self.whole.extend_from_slice(first);
        self.whole.extend_from_slice(second);
        self.small.clear();
        self.small.reserve(zstd::zstd_safe::compress_bound(self.whole.len()));
        self.compressor.compress_to_buffer(&self.whole, &mut self.small)?;
        let mut stored = Vec::with_capacity(1 + self.small.len());
        stored.push(ZSTD_WITH_FIRST_DICTIONARY);
        stored.extend_from_slice(&self.small);
        Ok(stored)
    }
}

impl std::fmt::Debug for Codec {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Codec")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_come_back_and_unknown_ways_are_refused() {
        let codec = Codec::default();
        let value = br#"{"id":7,"board":{"id":30,"name":"Help Desk"}}"#;
        let mut encoder = codec.encoder().unwrap();
        for value in [value.as_slice(), b"", b"x"] {
            let stored = encoder.encode(value, b"and more").unwrap();
            assert_eq!(codec.decode(&stored).unwrap(), [value, b"and more"].concat());
        }
        assert!(matches!(codec.decode(&[9, 1, 2]), Err(CodecError::Unknown(9))));
        assert!(codec.decode(&[ZSTD_WITH_FIRST_DICTIONARY, 1, 2]).is_err());
    }

    proptest! {
        #[test]
        fn any_value_comes_back(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..4)) {
            let codec = Codec::default();
            let mut encoder = codec.encoder().unwrap();
            for value in &values {
                prop_assert_eq!(&codec.decode(&encoder.encode(value, &[]).unwrap()).unwrap(), value);
            }
        }

        #[test]
        fn no_stored_bytes_make_it_panic(stored in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut first = vec![ZSTD_WITH_FIRST_DICTIONARY];
            first.extend_from_slice(&stored);
            let codec = Codec::default();
            let _either = (codec.decode(&stored), codec.decode(&first));
        }
    }
}
