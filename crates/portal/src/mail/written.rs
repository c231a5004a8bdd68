//! What stands in our mails?

use super::Mail;

/// To somebody who says that the address is theirs.
pub fn confirm(to: &str, name: &str, link: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Confirm your address".to_owned(),
        text: format!(
            "Hello {name},\n\nplease confirm that this address is yours:\n\n{link}\n\nThe link is good for a day. If you \
             did not sign up, do nothing: without this link there is no account.\n"
        ),
    }
}

/// To somebody who signs up with an address that has an account.
pub fn signed_up_already(to: &str, log_in: &str, reset: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "You have an account already".to_owned(),
        text: format!(
            "Hello,\n\nsomebody, perhaps you, signed up with this address, which has an account already.\n\nLog in: \
             {log_in}\nPassword forgotten: {reset}\n\nIf it was not you, do nothing: nothing was changed.\n"
        ),
    }
}

/// To somebody who forgot the password.
pub fn reset(to: &str, link: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Choose a new password".to_owned(),
        text: format!(
            "Hello,\n\nwith this link you choose a new password:\n\n{link}\n\nIt is good for an hour, once. If you did \
             not ask for it, do nothing: the password stays as it is.\n"
        ),
    }
}

/// To somebody whose password is another one now.
pub fn password_changed(to: &str, reset: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Your password was changed".to_owned(),
        text: format!(
            "Hello,\n\nthe password of your account was changed, and every other browser was logged out.\n\nIf it was not \
             you, choose a new one now: {reset}\n"
        ),
    }
}

/// To somebody for whom a password was set with a link that came by mail.
pub fn password_set(to: &str, reset: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "A password was set".to_owned(),
        text: format!(
            "Hello,\n\na password was set for your account with a link from a mail to this address, and every other \
             browser was logged out.\n\nIf it was not you, somebody reads your mail: see to that first, then choose a \
             new password: {reset}\n"
        ),
    }
}

/// To somebody who can sign in in one more way.
pub fn way_added(to: &str, way: &str, account: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "A new way to sign in".to_owned(),
        text: format!(
            "Hello,\n\n{way} was added to your account: you can sign in with it from now on.\n\nIf it was not you, remove \
             it and choose a new password: {account}\n"
        ),
    }
}

/// To an address that somebody with an account wants to have instead of theirs.
pub fn new_address(to: &str, link: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Confirm your new address".to_owned(),
        text: format!(
            "Hello,\n\nwith this link the mails of your account come to this address from now on:\n\n{link}\n\nIt is \
             good for an hour, once, in a browser that is logged in with that account. If you did not ask for it, do \
             nothing: nothing was changed.\n"
        ),
    }
}

/// To an address that somebody wants to have, and that has an account.
pub fn new_address_taken(to: &str, log_in: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "You have an account already".to_owned(),
        text: format!(
            "Hello,\n\nsomebody, perhaps you, wanted to use this address for another account. It has an account \
             already, so nothing was changed.\n\nLog in with it: {log_in}\n\nTo have its address elsewhere, change it \
             in this account or leave it first. If it was not you, do nothing.\n"
        ),
    }
}

/// To the present address of somebody who wants another one.
pub fn new_address_asked(to: &str, reset: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Another address was asked for".to_owned(),
        text: format!(
            "Hello,\n\nsomebody who is logged in with your account wants its mails to go to another address. Nothing \
             changes before they follow the link that was sent there.\n\nIf it was not you, choose a new password \
             within the hour: that link is worth nothing then, and everybody is logged out: {reset}\n"
        ),
    }
}

/// To the address that was somebody's until now.
pub fn address_changed(to: &str, portal: &str) -> Mail {
    Mail {
        to: to.to_owned(),
        subject: "Your address was changed".to_owned(),
        text: format!(
            "Hello,\n\nthe mails of your account at {portal} go to another address from now on. This is the last one \
             that comes here.\n\nIf it was not you, tell whoever runs that portal at once.\n"
        ),
    }
}
