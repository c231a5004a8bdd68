//! May we pass every package on? Its licence, an SPDX expression, must be satisfiable with the licences we accept.

use crate::{policy::Licences, workspace::Workspace};

/// Packages without a licence, or with one that the lists do not satisfy.
pub fn unknown(workspace: &Workspace, licences: &Licences) -> Vec<String> {
    let mut offences = Vec::new();
    for package in &workspace.packages {
        let exceptions = licences.exceptions.iter().filter(|exception| exception.package == package.name);
        let accepted: Vec<_> = exceptions.flat_map(|exception| &exception.allow).chain(&licences.allow).collect();
        let known = |licence: &str| accepted.iter().any(|accepted| *accepted == licence);
        match package.licence.as_deref() {
            Some(expression) if satisfied(expression, &known) => {}
            Some(expression) => offences.push(format!("{} {}: {expression}", package.name, package.version)),
            None => offences.push(format!("{} {}: names no licence", package.name, package.version)),
        }
    }
    offences
}

/// Whether an expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` holds.
fn satisfied(expression: &str, known: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut tokens = spaced.split_whitespace().peekable();
    any_of(&mut tokens, known) && tokens.next().is_none()
}

type Tokens<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(tokens: &mut Tokens, known: &dyn Fn(&str) -> bool) -> bool {
    let mut holds = all_of(tokens, known);
    while tokens.next_if_eq(&"OR").is_some() {
        holds |= all_of(tokens, known);
    }
    holds
}

fn all_of(tokens: &mut Tokens, known: &dyn Fn(&str) -> bool) -> bool {
    let mut holds = one(tokens, known);
    while tokens.next_if_eq(&"AND").is_some() {
        holds &= one(tokens, known);
    }
    holds
}

fn one(tokens: &mut Tokens, known: &dyn Fn(&str) -> bool) -> bool {
    let Some(token) = tokens.next() else { return false };
    if token == "(" {
        let holds = any_of(tokens, known);
        return tokens.next() == Some(")") && holds;
    }
    if tokens.next_if_eq(&"WITH").is_none() {
        return known(token);
    }
    tokens.next().is_some_and(|exception| known(&format!("{token} WITH {exception}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{policy::Exception, workspace::Package};

    fn mit_or_isc(expression: &str) -> bool {
        satisfied(expression, &|licence| ["MIT", "ISC", "MIT WITH Classpath-exception-2.0"].contains(&licence))
    }

    #[test]
    fn one_accepted_choice_is_enough_and_every_part_of_an_and_is_needed() {
        assert!(mit_or_isc("GPL-3.0 OR MIT"));
        assert!(mit_or_isc("Unlicense/MIT"));
        assert!(mit_or_isc("(GPL-3.0 OR MIT) AND ISC"));
        assert!(!mit_or_isc("MIT AND GPL-3.0"));
        assert!(!mit_or_isc("GPL-3.0"));
    }

    #[test]
    fn an_exception_is_part_of_the_licence() {
        assert!(mit_or_isc("MIT WITH Classpath-exception-2.0"));
        assert!(!mit_or_isc("MIT WITH LLVM-exception"));
    }

    #[test]
    fn what_cannot_be_read_is_not_accepted() {
        assert!(!mit_or_isc(""));
        assert!(!mit_or_isc("(MIT"));
        assert!(!mit_or_isc("MIT ISC"));
    }

    #[test]
    fn a_package_without_a_licence_or_with_another_is_found() {
        let package = |name: &str, licence: Option<&str>| Package {
            name: name.into(),
            licence: licence.map(str::to_owned),
            ..Package::default()
        };
        let packages = vec![package("a", None), package("b", Some("GPL-3.0")), package("c", Some("MPL-2.0"))];
        let workspace = Workspace { packages, ..Workspace::default() };
        let exceptions = vec![Exception { package: "c".into(), allow: vec!["MPL-2.0".into()] }];
        let found = unknown(&workspace, &Licences { allow: vec!["MIT".into()], exceptions });
        assert_eq!(found, ["a : names no licence", "b : GPL-3.0"]);
    }
}
