//! How is the owner's screen had, whatever standard output leads to? As the terminal that started the command.

#[cfg(not(unix))]
mod none;
#[cfg(unix)]
mod unix;

#[cfg(not(unix))]
pub use none::Terminal;
#[cfg(unix)]
pub use unix::Terminal;
