//! A reader of the console without a browser.
