//! How is a terminal taken for a conversation, and given back as it was?
//!
//! The words stand on its second screen, which leaves nothing to scroll back to. The signals of keys are off meanwhile: Ctrl-C
//! would end the process with the words still on the screen, so it arrives as the end of a line instead.

use crate::wallet::{Echo, Screen};
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use std::{
    fs::File,
    io::{self, Read, Write},
};
use zeroize::Zeroizing;

/// What this process was started from, wherever its streams lead.
const DEVICE: &str = "/dev/tty";
const SECOND_SCREEN: &str = "\u{1b}[?1049h\u{1b}[2J\u{1b}[H";
const WIPED: &str = "\u{1b}[2J\u{1b}[H";
const FIRST_SCREEN: &str = "\u{1b}[2J\u{1b}[H\u{1b}[?1049l";
const CTRL_C: u8 = 3;
/// 24 words take a fifth of it.
const MAX_LINE_BYTES: usize = 1024;

/// The terminal, until it is dropped.
pub struct Terminal {
    device: File,
    before: Termios,
}

impl Terminal {
    /// Takes the terminal that this process was started from.
    ///
    /// # Errors
    /// There is none.
    pub fn open() -> io::Result<Self> {
        Self::on(File::options().read(true).write(true).open(DEVICE)?)
    }

    fn on(device: File) -> io::Result<Self> {
        let before = tcgetattr(&device)?;
        let mut terminal = Self { device, before };
        terminal.listen(Echo::Hidden, OptionalActions::Flush)?;
        terminal.show(SECOND_SCREEN)?;
        Ok(terminal)
    }

    fn listen(&self, echo: Echo, when: OptionalActions) -> io::Result<()> {
        let mut modes = self.before.clone();
        modes.local_modes.insert(LocalModes::ICANON | LocalModes::ECHONL);
        modes.local_modes.remove(LocalModes::ISIG);
        modes.local_modes.set(LocalModes::ECHO, echo == Echo::Shown);
        modes.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        Ok(tcsetattr(&self.device, when, &modes)?)
    }

    fn read_some(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.device.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                ended => return ended,
            }
        }
    }
}

impl Screen for Terminal {
    fn show(&mut self, text: &str) -> io::Result<()> {
        self.device.write_all(text.as_bytes())
    }

    fn ask(&mut self, prompt: &str, echo: Echo) -> io::Result<Option<Zeroizing<String>>> {
        self.listen(echo, OptionalActions::Drain)?;
        self.show(prompt)?;
        let mut line = Zeroizing::new([0_u8; MAX_LINE_BYTES]);
        let mut filled = 0_usize;
        while filled < MAX_LINE_BYTES {
            let read = self.read_some(&mut line[filled..])?;
            let typed = &line[..filled.saturating_add(read)];
            match typed.last() {
                // The end of input, as Ctrl-D at the beginning of a line gives it.
                _ if read == 0 => return Ok(None),
                Some(&CTRL_C) => return Ok(None),
                Some(&b'\n') => return Ok(Some(as_text(typed))),
                Some(_) | None => filled = typed.len(),
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "a line was longer than all words of a wallet"))
    }

    fn wipe(&mut self) -> io::Result<()> {
        self.show(WIPED)
    }
}

/// What is no text is no word either.
fn as_text(typed: &[u8]) -> Zeroizing<String> {
    let text = std::str::from_utf8(typed).unwrap_or("\u{fffd}");
    Zeroizing::new(text.trim().to_owned())
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nobody is left to tell where the terminal went away meanwhile.
        let _ = self.device.write_all(FIRST_SCREEN.as_bytes());
        let _ = tcsetattr(&self.device, OptionalActions::Flush, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::{
        fs::{Mode, OFlags, open},
        pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    };
    use std::thread;

    /// A terminal, and the side of it where the person sits.
    fn pair() -> (File, File) {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let device = open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        (File::from(device), File::from(person))
    }

    /// What the person sees up to these bytes.
    fn seen_until(person: &mut File, end: &str) -> Vec<u8> {
        let (mut seen, mut byte) = (Vec::new(), [0]);
        while !seen.ends_with(end.as_bytes()) {
            person.read_exact(&mut byte).unwrap();
            seen.extend(byte);
        }
        seen
    }

    /// Asks once, and gives the answer with all that the person saw.
    fn asked(echo: Echo, keys: &'static [u8]) -> (Option<String>, String) {
        let (device, mut person) = pair();
        let typist = thread::spawn(move || {
            let mut seen = seen_until(&mut person, "word: ");
            person.write_all(keys).unwrap();
            seen.extend(seen_until(&mut person, FIRST_SCREEN));
            // Whoever leaves takes the terminal away, and it cannot be asked any more how it was given back.
            (String::from_utf8(seen).unwrap(), person)
        });
        let mut terminal = Terminal::on(device.try_clone().unwrap()).unwrap();
        let answer = terminal.ask("word: ", echo).unwrap().map(|typed| typed.to_string());
        drop(terminal);
        let modes = tcgetattr(&device).unwrap().local_modes;
        assert!(modes.contains(LocalModes::ECHO | LocalModes::ISIG), "given back as it was");
        let (seen, _still_there) = typist.join().unwrap();
        (answer, seen)
    }

    #[test]
    fn a_hidden_answer_is_read_and_not_seen() {
        let (answer, seen) = asked(Echo::Hidden, b"  absurt\x7fd \n");
        assert_eq!(answer.as_deref(), Some("absurd"), "the kernel lets people correct themselves");
        assert!(seen.starts_with(SECOND_SCREEN) && !seen.contains("absur"), "{seen:?}");
    }

    #[test]
    fn a_shown_answer_is_seen() {
        let (answer, seen) = asked(Echo::Shown, b"absurd\n");
        assert_eq!(answer.as_deref(), Some("absurd"));
        assert!(seen.contains("absurd"), "{seen:?}");
    }

    #[test]
    fn ctrl_c_and_the_end_of_input_break_off_and_wipe() {
        for keys in [b"abs\x03".as_slice(), b"\x04"] {
            let (answer, seen) = asked(Echo::Hidden, keys);
            assert_eq!(answer, None);
            assert!(seen.ends_with(FIRST_SCREEN));
        }
    }

    #[test]
    fn a_line_that_is_no_text_is_no_word() {
        assert_eq!(asked(Echo::Hidden, b"\xff\xfe\n").0.as_deref(), Some("\u{fffd}"));
    }
}
