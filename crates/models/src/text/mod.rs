//! What can be read out of a model's reply?
//!
//! Replies are words of a stranger: every reader here takes any text, is bounded, and never panics.

mod fences;
mod files;
mod languages;
mod plan;

pub use files::{MAX_FILES, SourceFile, parse_files};
pub use languages::LanguageNames;
pub use plan::{MAX_STEPS, PlanError, PlannedStep, parse_plan};

use edgecoder_events::task::Language;
use fences::Block;
pub(crate) use fences::fence_around;

/// Reads the code of a reply: the first fenced block of the language, else the first fenced block, else all of it.
pub fn extract_code(reply: &str, language: Language) -> String {
    let reply = without_thoughts(reply);
    let names = LanguageNames::of(language);
    let blocks = fences::blocks(reply);
    let block = blocks.iter().find(|block| names.is_tag(block.tag())).or_else(|| blocks.first());
    block.map_or_else(|| reply.trim().to_owned(), Block::text)
}

/// Reads what a reply says around its fenced blocks.
pub fn prose(reply: &str) -> String {
    fences::prose(without_thoughts(reply))
}

/// Leaves out the thoughts that some models write before their answer, between `<think>` and `</think>`.
fn without_thoughts(reply: &str) -> &str {
    let thoughts = reply.trim_start().strip_prefix("<think>").and_then(|rest| rest.split_once("</think>"));
    thoughts.map_or(reply, |(_, answer)| answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn code_comes_from_the_block_of_its_language() {
        let reply = "Run it:\n```sh\npython x.py\n```\n```Python\nprint(1)\n```\n```python\nprint(2)\n```";
        assert_eq!(extract_code(reply, Language::Python), "print(1)\n");
    }

    #[test]
    fn code_comes_from_the_first_block_when_none_names_the_language() {
        assert_eq!(extract_code("a\n```\nprint(1)\n```\n```\nprint(2)\n```", Language::Python), "print(1)\n");
    }

    #[test]
    fn a_reply_without_blocks_is_code_as_a_whole() {
        assert_eq!(extract_code("\n print(1) \n", Language::Python), "print(1)");
        assert_eq!(extract_code("<think>``` hm ```</think>\nprint(1)", Language::Python), "print(1)");
    }

    #[test]
    fn a_block_that_was_cut_off_goes_to_the_end() {
        assert_eq!(extract_code("```js\nlet a = 1;", Language::Javascript), "let a = 1;\n");
    }

    #[test]
    fn prose_is_what_stands_around_the_blocks() {
        assert_eq!(
            prose("It missed squares.\n```python\nx = 1\n```\nNow it does not.\n"),
            "It missed squares.\nNow it does not."
        );
    }

    proptest! {
        #[test]
        fn no_reply_makes_a_reader_panic(reply in r"(`{1,5}|~{3}|[\n\[\]{}:,0-9]|<think>|</think>|python|path=|\.\./|x.py|# |é|.){0,60}") {
            extract_code(&reply, Language::Python);
            prose(&reply);
            parse_files(&reply, Language::Javascript);
            let _ = parse_plan(&reply, Language::Python);
        }

        #[test]
        fn code_survives_the_fence_it_was_put_into(code in r"([a-z ]{1,9}\n|``\n){1,6}", before in "[a-z \n]{0,20}") {
            let reply = format!("{before}\n```python\n{code}```\nbye");
            prop_assert_eq!(extract_code(&reply, Language::Python), code);
        }
    }
}
