//! How is a long list read? In pages, each of which names where the next one begins.

/// The most items on one page.
pub const MAX_PAGE_ITEMS: usize = 500;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C> {
    pub items: Vec<T>,
    /// Hand it in to read on; none where the list ends here.
    pub next: Option<C>,
}

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<C> {
    /// Where the page before ended; none for the first page.
    pub after: Option<C>,
    limit: usize,
}

impl<C> PageRequest<C> {
    /// Asks for `limit` items, but at least one and at most [`MAX_PAGE_ITEMS`].
    pub fn new(after: Option<C>, limit: usize) -> Self {
        Self { after, limit: limit.clamp(1, MAX_PAGE_ITEMS) }
    }

    /// How many items the page holds at most.
    pub fn limit(&self) -> usize {
        self.limit
    }
}

impl<T, C> Page<T, C> {
    /// Makes a page of up to `limit` + 1 items that were read; the one too many says that there is a next page.
    pub(crate) fn cut(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> C) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}
