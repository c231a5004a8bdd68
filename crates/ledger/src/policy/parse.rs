//! Is this text a policy, and what does it say?

use super::{Group, MAX_POLICY_BYTES, MAX_POLICY_LINES, Policy, PolicyLog, PolicyWitness, Quorum};
use crate::{
    hash_line::number,
    note::{VerifierKey, VerifierKeyError},
};
use std::{collections::HashSet, str::FromStr};

const NOBODY: &str = "none";

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// Longer than [`MAX_POLICY_BYTES`], or with more than [`MAX_POLICY_LINES`] of one kind.
    #[error("the policy is too large")]
    TooLarge,
    /// Not UTF-8, with control characters, or without a final newline.
    #[error("expected lines of plain UTF-8 text, each ended by a newline")]
    NotPlainText,
    /// Not a line of a policy.
    #[error(
        "expected `log <vkey> [url]`, `witness <name> <vkey> [url]`, `group <name> <k|any|all> <name>…` or `quorum <name|none>`"
    )]
    Line,
    /// A key that cannot be used here.
    #[error("the key cannot be used: {0}")]
    Key(#[from] VerifierKeyError),
    /// The same public key twice among the logs or among the witnesses.
    #[error("the same key stands in another line")]
    DuplicateKey,
    /// A witness or a group with a name that another has, or `none`.
    #[error("the name {0} is taken")]
    NameTaken(String),
    /// A name that no line above defines.
    #[error("no line above defines {0}")]
    UnknownName(String),
    /// A name that is a member of two groups, or twice of one.
    #[error("{0} is a member already")]
    MemberTwice(String),
    /// A number that is not 1 to the number of members.
    #[error("the threshold is not 1 to the number of members")]
    Threshold,
    /// No quorum, or two.
    #[error("expected exactly one quorum line")]
    Quorum,
}

/// A text is not a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct PolicyError {
    /// Counted from one; the number of lines where none is at fault alone.
    pub line: usize,
    /// What is wrong.
    pub fault: PolicyFault,
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::parse(text.as_bytes())
    }
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// The line that is wrong, and what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        let whole = |fault| PolicyError { line: 0, fault };
        if bytes.len() > MAX_POLICY_BYTES {
            return Err(whole(PolicyFault::TooLarge));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| whole(PolicyFault::NotPlainText))?;
        let is_control = |byte: u8| byte == 0x7f || (byte < 0x20 && byte != b'\n' && byte != b'\t');
        if text.bytes().any(is_control) || !text.ends_with('\n') {
            return Err(whole(PolicyFault::NotPlainText));
        }
        let mut reader = Reader::default();
        for (index, line) in text.lines().enumerate() {
            reader.line(line).map_err(|fault| PolicyError { line: index.saturating_add(1), fault })?;
        }
        reader.finish().map_err(|fault| PolicyError { line: text.lines().count(), fault })
    }
}

#[derive(Default)]
struct Reader {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Quorum>,
    names: HashSet<String>,
    members: HashSet<String>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), PolicyFault> {
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words[..] {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", key] => self.log(key, None),
            ["log", key, url] => self.log(key, Some(url)),
            ["witness", name, key] => self.witness(name, key, None),
            ["witness", name, key, url] => self.witness(name, key, Some(url)),
            ["group", name, threshold, ref members @ ..] => self.group(name, threshold, members),
            ["quorum", name] => self.quorum(name),
            _ => Err(PolicyFault::Line),
        }
    }

    fn log(&mut self, key: &str, url: Option<&str>) -> Result<(), PolicyFault> {
        let key: VerifierKey = key.parse()?;
        if self.logs.iter().any(|log| log.key.public_key() == key.public_key()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.logs.push(PolicyLog { key, url: url.map(str::to_owned) });
        bounded(self.logs.len())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&str>) -> Result<(), PolicyFault> {
        let witness = PolicyWitness { name: self.define(name)?, key: key.parse()?, url: url.map(str::to_owned) };
        if self.witnesses.iter().any(|other| other.key.public_key() == witness.key.public_key()) {
            return Err(PolicyFault::DuplicateKey);
        }
        self.witnesses.push(witness);
        bounded(self.witnesses.len())
    }

    fn group(&mut self, name: &str, threshold: &str, members: &[&str]) -> Result<(), PolicyFault> {
        for member in members {
            self.check_known(member)?;
            if !self.members.insert((*member).to_owned()) {
                return Err(PolicyFault::MemberTwice((*member).to_owned()));
            }
        }
        let count = members.len();
        let threshold = match threshold {
            "any" => 1,
            "all" => count,
            number_of => number(number_of).and_then(|it| it.try_into().ok()).ok_or(PolicyFault::Threshold)?,
        };
        if threshold == 0 || threshold > count {
            return Err(PolicyFault::Threshold);
        }
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        let name = self.define(name)?;
        self.groups.push(Group { name, threshold, members });
        bounded(self.groups.len())
    }

    fn quorum(&mut self, name: &str) -> Result<(), PolicyFault> {
        if self.quorum.is_some() {
            return Err(PolicyFault::Quorum);
        }
        if name != NOBODY {
            self.check_known(name)?;
        }
        self.quorum = Some(if name == NOBODY { Quorum::None } else { Quorum::Of(name.to_owned()) });
        Ok(())
    }

    fn define(&mut self, name: &str) -> Result<String, PolicyFault> {
        if name == NOBODY || !self.names.insert(name.to_owned()) {
            return Err(PolicyFault::NameTaken(name.to_owned()));
        }
        Ok(name.to_owned())
    }

    fn check_known(&self, name: &str) -> Result<(), PolicyFault> {
        if self.names.contains(name) { Ok(()) } else { Err(PolicyFault::UnknownName(name.to_owned())) }
    }

    fn finish(self) -> Result<Policy, PolicyFault> {
        let Self { logs, witnesses, groups, quorum, .. } = self;
        Ok(Policy { logs, witnesses, groups, quorum: quorum.ok_or(PolicyFault::Quorum)? })
    }
}

fn bounded(count: usize) -> Result<(), PolicyFault> {
    if count > MAX_POLICY_LINES { Err(PolicyFault::TooLarge) } else { Ok(()) }
}
