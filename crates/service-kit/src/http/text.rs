//! Is what a person wrote for people something, but not a book?

use super::Problem;

/// Refuses a text that says nothing or has more characters than `max_chars`.
///
/// # Errors
/// A 400 that names the field.
pub fn check_text(field: &'static str, text: &str, max_chars: usize) -> Result<(), Problem> {
    if text.trim().is_empty() || text.chars().count() > max_chars {
        return Err(Problem::bad_field(field, format!("expected 1 to {max_chars} characters")));
    }
    Ok(())
}
