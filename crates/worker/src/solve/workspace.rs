//! Which files does the work see?

use edgecoder_models::text;
use edgecoder_sandbox::JobFile;
use std::collections::BTreeMap;

/// Files by their path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workspace(BTreeMap<String, Vec<u8>>);

impl Workspace {
    /// Puts a file in its place, over what was there.
    pub fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), bytes);
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(Vec::as_slice)
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The same workspace with other files over it.
    pub fn with(&self, over: &Self) -> Self {
        let mut files = self.0.clone();
        files.extend(over.0.clone());
        Self(files)
    }

    pub fn job_files(&self) -> Vec<JobFile> {
        self.0.iter().map(|(path, bytes)| JobFile { path: path.clone(), bytes: bytes.clone() }).collect()
    }

    /// The files that a model can read: texts.
    pub fn readable(&self) -> Vec<text::SourceFile> {
        let texts = self.0.iter().filter_map(|(path, bytes)| Some((path, std::str::from_utf8(bytes).ok()?)));
        texts.map(|(path, text)| text::SourceFile { path: path.clone(), text: text.to_owned() }).collect()
    }
}
