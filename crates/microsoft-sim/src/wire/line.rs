//! A TCP connection that counts what it sends and can be torn down, which no HTTP library offers.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::Answers;

/// The order to end a connection at once, in the middle of whatever it carries.
#[derive(Debug, Default)]
pub(super) struct Cut {
    ordered: Notify,
    reset: AtomicBool,
}

impl Cut {
    /// With a RST, as a crashed machine or an angry middlebox does.
    pub(super) fn reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
        self.close();
    }

    pub(super) fn close(&self) {
        self.ordered.notify_one();
    }

    pub(super) async fn ordered(&self) {
        self.ordered.notified().await;
    }
}

pub(super) struct Line<A: Answers> {
    stream: TcpStream,
    cut: Arc<Cut>,
    host: Arc<A>,
}

impl<A: Answers> Line<A> {
    pub(super) fn new(stream: TcpStream, cut: Arc<Cut>, host: Arc<A>) -> Line<A> {
        host.accepted();
        Line { stream, cut, host }
    }

    fn count(&self, written: usize) -> Poll<io::Result<usize>> {
        self.host.sent(written);
        Poll::Ready(Ok(written))
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut TcpStream> {
        Pin::new(&mut self.get_mut().stream)
    }
}

impl<A: Answers> Drop for Line<A> {
    fn drop(&mut self) {
        self.host.closed();
        // A socket that lingers for no time is not closed but reset.
        if self.cut.reset.load(Ordering::Relaxed)
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::warn!(%error, "a connection is closed that was to be reset");
        }
    }
}

impl<A: Answers> AsyncRead for Line<A> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(context, buffer)
    }
}

impl<A: Answers> AsyncWrite for Line<A> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(self.as_mut().stream().poll_write(context, bytes))?;
        self.count(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(self.as_mut().stream().poll_write_vectored(context, parts))?;
        self.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(context)
    }
}
