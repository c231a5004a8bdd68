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
