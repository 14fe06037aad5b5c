"""A small company folder whose text stands here, for tests that change or count what it says."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "limen.toml": """# Harbor, small.
name = "Harbor"
domain = "harbor.localhost"
url = "http://limen.harbor.localhost:8080"
time_zone = "Europe/Berlin"

[groups]
staff = "Staff"
finance = "Finance"
administrators = "Who runs Limen"

[networks]
office = ["192.0.2.0/24"]

[sessions]
absolute_hours = 12

[storage]
data = "data"
""",
    "apps.yaml": """# What is protected.
- id: wiki
  name: Wiki
  host: wiki.harbor.localhost
  upstream: http://127.0.0.1:9102
  label: internal
  owner: staff
  actions:
    view: ["GET /**"]
    edit: ["POST /**"]
    download: ["GET /export/**"]

- id: payroll
  name: Payroll
  host: payroll.harbor.localhost
  upstream: http://127.0.0.1:9106
  label: confidential
  owner: finance
  actions:
    view: ["GET /**"]
    edit: ["POST /**"]
""",
    "policies/10-who.cedar": """// Who may do what.

@id("sign-in")
@title("Everybody can sign in and see the portal")
permit (principal in Group::"staff", action in [Action::"sign_in", Action::"view"], resource == App::"limen");

@id("administrators-run-limen")
@title("Administrators run Limen")
permit (principal in Group::"administrators", action == Action::"administer", resource == App::"limen")
when { context.auth.strength >= 3 };

@id("staff-work")
@title("Staff work with what is internal")
permit (principal in Group::"staff", action in [Action::"view", Action::"edit", Action::"download"], resource)
when { resource.sensitivity <= 1 && context.auth.strength >= 2 };

@id("finance-payroll")
@title("Finance runs payroll")
permit (principal in Group::"finance", action in [Action::"view", Action::"edit"], resource == App::"payroll")
when { context.auth.strength >= 3 };
""",
    "policies/20-report-only.cedar": """// Looked at first, then enforced.

@id("payroll-from-the-office")
@title("Payroll only from the office")
@state("report-only")
forbid (principal, action, resource == App::"payroll")
unless { context.place.network == "office" };
""",
    "policies/tests.yaml": """- test: Staff read the wiki
  who: [staff]
  app: wiki
  action: view
  expect: permit

- test: Staff do not read salaries
  who: [staff]
  app: payroll
  action: view
  given: {strength: 3}
  expect: deny

- test: Finance reads salaries
  who: [staff, finance]
  app: payroll
  action: view
  given: {strength: 3, address: 192.0.2.7}
  expect: permit

- test: Administrators run Limen
  who: [staff, administrators]
  app: limen
  action: administer
  given: {strength: 3}
  expect: permit
""",
}


def small_folder(at: Path) -> Path:
    """The folder, written to `at`/harbor."""
    root = at / "harbor"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root
