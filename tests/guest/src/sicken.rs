//! A server that answers well at first and then no longer.

use std::io::{Read, Write};
use std::net::TcpListener;

const GOOD_ANSWERS: usize = 1;

pub fn serve(port: u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("listen");
    println!("accepting connections");
    for (number, stream) in listener.incoming().enumerate() {
        let status = if number < GOOD_ANSWERS { 200 } else { 503 };
        let Ok(mut stream) = stream else { continue };
        // whatever is asked
        let _ = stream.read(&mut [0; 1024]);
        let _ = write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
    }
}
