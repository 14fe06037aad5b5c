"""For employees: sign-in, enrolment, step-up, apps, passkeys, sessions, and why not yet."""
