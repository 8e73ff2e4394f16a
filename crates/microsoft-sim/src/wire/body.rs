//! Bodies as they are sent: whole, cut off half way, or preceded by more than anyone wants.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// White space before a huge body, sent again and again.
static BLANK: [u8; 64 << 10] = [b' '; 64 << 10];

pub(super) struct Body {
    /// Pieces of white space still to come.
    blanks: u64,
    bytes: Option<Bytes>,
    end: End,
    /// What is left, if it is known and true.
    size: SizeHint,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Sound,
    /// Breaks the connection after what was sent has left.
    Broken {
        flushed: bool,
    },
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        Body {
            blanks: 0,
            size: SizeHint::with_exact(bytes.len() as u64),
            bytes: Some(bytes).filter(|bytes| !bytes.is_empty()),
            end: End::Sound,
        }
    }
}

impl Body {
    /// Promises the whole length and sends half of it.
    pub(super) fn cut_off(bytes: &Bytes) -> Body {
        Body {
            blanks: 0,
            size: SizeHint::with_exact(bytes.len() as u64),
            bytes: Some(bytes.slice(..bytes.len() / 2)),
            end: End::Broken { flushed: false },
        }
    }

    /// So many MiB of white space, then the answer.
    pub(super) fn huge(bytes: Bytes, mib: u32) -> Body {
        Body {
            blanks: u64::from(mib) * ((1 << 20) / BLANK.len() as u64),
            size: SizeHint::new(),
            bytes: Some(bytes),
            end: End::Sound,
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.blanks > 0 {
            self.blanks -= 1;
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&BLANK)))));
        }
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Sound => Poll::Ready(None),
            End::Broken { flushed: false } => {
                // The next turn comes after the half has been flushed.
                self.end = End::Broken { flushed: true };
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Broken { flushed: true } => {
                self.end = End::Sound;
                Poll::Ready(Some(Err(io::Error::other("cut off by order of a test"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.blanks == 0 && self.bytes.is_none() && self.end == End::Sound
    }

    fn size_hint(&self) -> SizeHint {
        self.size
    }
}
