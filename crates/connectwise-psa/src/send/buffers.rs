//! Buffers for bodies, used again: an allocator that hands out and takes back megabytes keeps more of them each time.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

/// Buffers that no body is in at present.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffers {
    free: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// As many are kept, for as many pages as are read at once.
const KEPT: usize = 8;
/// Smaller ones are the allocator's to keep.
const WORTH_KEEPING: usize = 256 << 10;

/// A body in a buffer that goes back when the last reference to it is dropped.
struct Body {
    buffer: Vec<u8>,
    buffers: Buffers,
}

impl Buffers {
    /// An empty buffer with room for this many bytes, one that was in use before where there is one.
    pub(super) fn take(&self, room: usize) -> Vec<u8> {
        let kept = if room < WORTH_KEEPING {
            None
        } else {
            self.free.lock().pop()
        };
        let mut buffer = kept.unwrap_or_default();
        buffer.reserve(room);
        buffer
    }

    /// The body in a buffer; the buffer is used again when nothing refers to it any more.
    pub(super) fn body(&self, buffer: Vec<u8>) -> Bytes {
        if buffer.capacity() < WORTH_KEEPING {
            return Bytes::from(buffer);
        }
        Bytes::from_owner(Body {
            buffer,
            buffers: self.clone(),
        })
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut free = self.buffers.free.lock();
        if free.len() < KEPT {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            free.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_buffer_is_used_again_once_nothing_refers_to_its_body() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(1 << 20);
        buffer.extend_from_slice(b"a page");
        let place = buffer.as_ptr();
        let body = buffers.body(buffer);
        let record = body.slice(2..);
        drop(body);
        let other = buffers.take(1 << 20);
        assert_ne!(other.as_ptr(), place, "a record still refers to it");
        assert_eq!(&record[..], b"page");
        drop(record);
        let again = buffers.take(1 << 20);
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
    }

    #[test]
    fn small_bodies_are_left_to_the_allocator() {
        let buffers = Buffers::default();
        drop(buffers.body(buffers.take(100)));
        assert!(buffers.free.lock().is_empty());
    }
}
