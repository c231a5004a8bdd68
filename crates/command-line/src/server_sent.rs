//! Which events does a stream of server-sent events carry? (WHATWG HTML, "Server-sent events".)

/// The longest line and the longest event.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// One event, with the fields that we use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSentEvent {
    pub id: Option<String>,
    pub data: String,
}

/// A line or an event grew past the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventTooLong;

/// Collects what arrives and gives back whole events.
#[derive(Debug, Default)]
pub struct EventParser {
    line: Vec<u8>,
    event: ServerSentEvent,
    has_data: bool,
}

impl EventParser {
    /// Reads a piece of the stream, cut anywhere, and returns the events that it completes.
    pub fn push(&mut self, chunk: &[u8]) -> Result<Vec<ServerSentEvent>, EventTooLong> {
        let mut complete = Vec::new();
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + piece.len() > MAX_EVENT_BYTES {
                return Err(EventTooLong);
            }
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                complete.extend(self.line_ended(&String::from_utf8_lossy(&line))?);
            }
        }
        Ok(complete)
    }

    fn line_ended(&mut self, line: &str) -> Result<Option<ServerSentEvent>, EventTooLong> {
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.event.id = Some(value.to_owned()),
            "data" => self.add_data(value)?,
            // A comment has no name; the kind stands in the data too.
            _ => {}
        }
        Ok(None)
    }

    fn add_data(&mut self, value: &str) -> Result<(), EventTooLong> {
        if self.event.data.len() + value.len() >= MAX_EVENT_BYTES {
            return Err(EventTooLong);
        }
        if std::mem::replace(&mut self.has_data, true) {
            self.event.data.push('\n');
        }
        self.event.data.push_str(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str = ": keep-alive\n\nid: 7\nevent: task.planned\ndata: {\"a\":\ndata: 1}\n\nretry: 5\r\nid:8\r\ndata:x\r\n\r\nid: 9\n\ndata: lost";

    fn event(id: &str, data: &str) -> ServerSentEvent {
        ServerSentEvent { id: Some(id.to_owned()), data: data.to_owned() }
    }

    proptest! {
        #[test]
        fn events_do_not_depend_on_how_the_network_cut_them(cuts in prop::collection::vec(1_usize..20, 0..40)) {
            let (mut parser, mut rest, mut events) = (EventParser::default(), STREAM.as_bytes(), Vec::new());
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                events.extend(parser.push(head).unwrap());
                rest = tail;
            }
            events.extend(parser.push(rest).unwrap());
            prop_assert_eq!(events, vec![event("7", "{\"a\":\n1}"), event("8", "x")]);
        }

        #[test]
        fn no_bytes_bring_it_down(chunks in prop::collection::vec(any::<Vec<u8>>(), 0..8)) {
            let mut parser = EventParser::default();
            for chunk in chunks {
                let _ = parser.push(&chunk);
            }
        }
    }

    #[test]
    fn an_event_without_end_is_refused() {
        let mut parser = EventParser::default();
        assert_eq!(parser.push(&vec![b'x'; MAX_EVENT_BYTES + 1]), Err(EventTooLong));
        let mut parser = EventParser::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1000], b"\n"].concat();
        assert!((0..2000).any(|_| parser.push(&line) == Err(EventTooLong)));
    }
}
