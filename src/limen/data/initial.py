"""What `limen init` writes as `data.yaml`: labels, and rules that watch until somebody makes them stricter."""

from __future__ import annotations

from typing import Final

EXAMPLES: Final = """\
detectors: {off: [phone-number]}    # ids or kinds; see `limen data detectors`
own:
  project-number: {name: Project number, expression: 'HB-[0-9]{5}', words: [project, Projekt], alone: low}
dictionaries:
  projects: {name: Names of projects, words: [Nordlicht, Blue Heron]}
exact:    # `limen data exact add customers list.csv --field number,name` keeps digests, and never the list
  customers: {name: Customers, fields: [number, name], needs: 2}
fingerprints:    # `limen data fingerprint add contracts FILE …` keeps fingerprints, and never the text
  contracts: {name: Our contracts, share: 20}
"""
"""What the file shows in comments."""
_COMMENTED: Final = "".join(f"# {line}" for line in EXAMPLES.splitlines(keepends=True))

INITIAL: Final = (
    """\
# What is in documents, and what may pass. Nothing is stopped by this file as it is: every rule watches.
# Look at what it finds for some weeks; then say `then: warn` (people say why it may pass), `block` or `quarantine`.
# `limen plan` tells how many uploads of how many people that would have stopped; `limen data detectors` what is found.

# labels: which content has one by itself, and the controls that its stores are held against (`limen data controls`).
# These stop nothing: what passes is stopped by `rules` below, and in apps by policies (policies/20-labels.cedar).
labels:
  confidential:
    strength: 2
    sharing: inside
    # lowered_by: [finance]    # who may lower it themselves, with a reason, on the page *Label a document*
    when:
      - {finds: [confidentiality-marking, contract, payroll]}
      - {finds: [bank, tax, identity], at_least: 5}
  restricted:
    strength: 3
    device: healthy
    sharing: inside
    encrypted: true
    when:
      - {finds: [health], beside: [contact, identity]}
      - {finds: [payment-card], at_least: 5}
      - {finds: [secret], confidence: high}

"""
    + _COMMENTED
    + """

rules:
  - id: secrets-leave
    title: Keys and passwords leave
    channels: [upload, web, mail, share]
    when: [{finds: [secret], confidence: high}]
    then: watch
    why: Whoever reads this file can sign in with what it holds.
  - id: many-numbers-leave
    title: Numbers of cards, accounts or people leave in bulk
    channels: [web, mail]
    to: outside
    when: [{finds: [payment-card, bank, tax, identity], at_least: 10}]
    then: watch
  - id: restricted-leaves
    title: Restricted data goes to others
    channels: [web, mail]
    to: outside
    when: [{label: restricted}]
    then: watch
  # Policies hold for documents in downloads where a rule looks into them (without `device`, this one does for all) or a
  # policy names documents.
  - id: restricted-on-unhealthy-devices
    title: Restricted data is downloaded to a device that is not known to be healthy
    channels: [download]
    device: unhealthy
    when: [{label: restricted}]
    then: watch
  - id: unreadable-leaves
    title: Something that can't be looked into goes to others
    channels: [web, mail]
    to: outside
    when: [{unread: [encrypted, broken, unknown-kind, too-large, too-deep, too-many, timed-out, failed]}]
    then: watch

# expect: tests of the rules, which `limen check` runs. Invent the values.
expect:
  - test: A private key in an upload is seen
    text: "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
    expect: watch
    because: secrets-leave
  - test: Minutes of a meeting pass
    text: Minutes of the meeting on Tuesday at 10:30. Next meeting in two weeks.
    given: {channel: mail, outside: [partner.example]}
    expect: allow
"""
)
