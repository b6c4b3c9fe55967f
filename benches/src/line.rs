//! A slow line in front of a server: what a phone far from its mast has, made on the wire and not asked of the browser. Every
//! piece waits for its turn on the line, which all connections share, and then for the way; a connection costs a round trip.

use anyhow::Result;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// How long and how wide a line is.
#[derive(Clone, Copy)]
pub struct Profile {
    /// There and back.
    pub round_trip: Duration,
    /// Bytes a second towards the phone.
    pub down: f64,
    /// Bytes a second from the phone.
    pub up: f64,
}

/// As much as goes in one piece, about a packet's content.
const PIECE: usize = 1_460;

/// The line, open until it is dropped.
pub struct Line {
    address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Line {
    /// Opens a line to a server's address.
    ///
    /// # Errors
    /// When no port is free.
    pub fn open(server: &str, profile: Profile) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = listener.local_addr()?;
        runtime.spawn(take_calls(listener, server.to_owned(), profile));
        Ok(Self { address, _runtime: runtime })
    }

    /// The address of a path at the phone's end.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn take_calls(listener: TcpListener, server: String, profile: Profile) {
    let (up, down) = (Arc::new(Way::of(profile.up, profile)), Arc::new(Way::of(profile.down, profile)));
    while let Ok((phone, _)) = listener.accept().await {
        let (server, up, down) = (server.clone(), Arc::clone(&up), Arc::clone(&down));
        tokio::spawn(async move {
            sleep(profile.round_trip).await;
            let Ok(server) = TcpStream::connect(server).await else { return };
            if phone.set_nodelay(true).and(server.set_nodelay(true)).is_err() {
                return;
            }
            let ((from_phone, to_phone), (from_server, to_server)) = (phone.into_split(), server.into_split());
            tokio::join!(carry(from_phone, to_server, &up), carry(from_server, to_phone, &down));
        });
    }
}

/// One direction of the line, for all connections.
struct Way {
    takes: Duration,
    bytes_a_second: f64,
    free_at: Mutex<Instant>,
}

impl Way {
    fn of(bytes_a_second: f64, profile: Profile) -> Self {
        Self { takes: profile.round_trip / 2, bytes_a_second, free_at: Mutex::new(Instant::now()) }
    }

    /// When a piece that is handed in now comes out at the other end.
    fn arrives(&self, bytes: usize) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        *free_at = (*free_at).max(Instant::now()) + Duration::from_secs_f64(bytes as f64 / self.bytes_a_second);
        *free_at + self.takes
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: &Way) {
    let (sender, mut under_way) = mpsc::channel::<(Instant, Vec<u8>)>(4_096);
    let take = async move {
        let mut piece = [0; PIECE];
        while let Ok(bytes @ 1..) = from.read(&mut piece).await {
            if sender.send((way.arrives(bytes), piece[..bytes].to_vec())).await.is_err() {
                break;
            }
        }
    };
    let give = async move {
        while let Some((at, piece)) = under_way.recv().await {
            sleep_until(at).await;
            if to.write_all(&piece).await.is_err() {
                break;
            }
        }
        drop(to.shutdown().await);
    };
    tokio::join!(take, give);
}
