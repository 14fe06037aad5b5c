"""Tokens of where code is kept, built, checked and published."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.structure import ends_in_crc32
from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
github-token | GitHub token | gh[pousr]_[A-Za-z0-9]{36}
github-fine-grained-token | GitHub token, fine-grained | github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}
gitlab-token | GitLab token | glpat-[A-Za-z0-9_-]{20,64}
gitlab-runner-token | GitLab runner token | glrt-[A-Za-z0-9_-]{20,64}
gitlab-registration-token | GitLab runner registration token | GR1348941[A-Za-z0-9_-]{20}
gitlab-deploy-token | GitLab deploy token | gldt-[A-Za-z0-9_-]{20}
gitlab-trigger-token | GitLab trigger token | glptt-[0-9a-f]{40}
gitlab-job-token | GitLab job token | glcbt-[A-Za-z0-9]{1,5}_[A-Za-z0-9_-]{20}
gitlab-feed-token | GitLab feed token | glft-[A-Za-z0-9_-]{20}
gitlab-mail-token | GitLab incoming mail token | glimt-[A-Za-z0-9_-]{25}
gitlab-agent-token | GitLab agent token | glagent-[A-Za-z0-9_-]{50}
gitlab-oauth-secret | GitLab OAuth secret | gloas-[0-9a-f]{64}
gitlab-scim-token | GitLab SCIM token | glsoat-[A-Za-z0-9_-]{20}
gitlab-feature-flags-token | GitLab feature flags token | glffct-[A-Za-z0-9_-]{20}
bitbucket-app-password | Bitbucket app password | ATBB[A-Za-z0-9]{24}[A-F0-9]{8}
bitbucket-token | Bitbucket access token | ATCTT3xFf[A-Za-z0-9_=-]{160,190}
atlassian-token | Atlassian token | ATATT3[A-Za-z0-9_=-]{180,190}
sourcegraph-token | Sourcegraph token | sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}
npm-token | npm token | npm_[A-Za-z0-9]{36}
pypi-token | PyPI token | pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,200}
testpypi-token | TestPyPI token | pypi-AgENdGVzdC5weXBpLm9yZw[A-Za-z0-9_-]{50,190}
rubygems-key | RubyGems key | rubygems_[0-9a-f]{48}
crates-token | crates.io token | cio[A-Za-z0-9]{32}
nuget-key | NuGet key | oy2[a-z0-9]{43}
packagist-token | Packagist token | packagist_[ou][ru]t_[0-9a-f]{68}
clojars-token | Clojars token | CLOJARS_[a-z0-9]{60}
openvsx-token | Open VSX token | ovsx(?:p|at)_<uuid>
docker-token | Docker token | dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}
jfrog-key | JFrog API key | AKCp[A-Za-z0-9]{69}
jfrog-reference-token | JFrog reference token | cmVmdGtu[A-Za-z0-9]{56}
circleci-token | CircleCI token | CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}
buildkite-token | Buildkite token | bk[au]a_[0-9a-f]{40}
harness-token | Harness token | [ps]at\.[A-Za-z0-9_-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}
octopus-key | Octopus Deploy key | API-[A-Z0-9]{26,32}
sonar-token | SonarQube token | sq[upa]_[0-9a-f]{40}
postman-key | Postman key | PMAK-[0-9a-f]{24}-[0-9a-f]{34}
readme-key | ReadMe key | rdme_[a-z0-9]{70}
endorlabs-key | Endor Labs key | endr\+[A-Za-z0-9-]{16}
rapidapi-key | RapidAPI key | [0-9a-f]{10}«msh[0-9a-f]{15}p1»[0-9a-f]{6}jsn[0-9a-f]{12}
launchdarkly-key | LaunchDarkly key | (?:api|sdk)-<uuid>
statsig-secret | Statsig secret key | secret-[A-Za-z0-9]{43}
"""

_BY_NAME: Final = r"""
gitea-token | Gitea or Forgejo token | gitea|forgejo|codeberg | [0-9a-f]{40}
travis-token | Travis CI token | travis | [A-Za-z0-9_-]{22}
codecov-token | Codecov token | codecov | <uuid>
snyk-token | Snyk token | snyk | <uuid>
jenkins-token | Jenkins token | jenkins | [0-9a-f]{32,34}
coveralls-token | Coveralls token | coveralls | [A-Za-z0-9]{32}
lokalise-token | Lokalise token | lokalise | [0-9a-f]{40}
crowdin-token | Crowdin token | crowdin | [0-9a-f]{80}
"""

DETECTORS: Final = (
    *by_form(_BY_FORM, checks={"github-token": ends_in_crc32, "npm-token": ends_in_crc32}),
    *by_name(_BY_NAME),
)
