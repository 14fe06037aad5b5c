"""Names and addresses. One is in every letter; many different ones are a customer list, for which rules count them.

The given names are among the commonest in Germany, Austria, the United Kingdom and the United States over the last
hundred years, and of the larger groups who moved there; those that are also words (Will, Rose, Ernst) are left out.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Final

from limen.data.detectors.expressions import BEYOND_ASCII, any_of
from limen.data.model import Confidence, Detector, Kind

_GIVEN_NAMES: Final = """
Aaron Adam Adrian Agnieszka Ahmed Ahmet Alan Albert Alexander Alexandra Ali Alice Alison Amanda Amelie Amy Andrea
Andreas Andrew Angela Angelika Anja Anke Ann Anna Anne Annette Anthony Antje Antonio Arthur Astrid Ayse Barbara Beate
Ben Benjamin Bernd Bernhard Bettina Betty Birgit Brandon Brenda Brian Brigitte Bruce Carl Carla Carlos Carmen Carol
Caroline Catherine Charles Charlotte Chloe Christian Christiane Christina Christine Christoph Christopher Clara
Claudia Colin Cornelia Craig Cynthia Daniel Daniela David Deborah Denise Dennis Diana Dieter Dirk Dominik Donald Donna
Doris Dorothy Douglas Edward Elena Elisabeth Elizabeth Elke Ella Emily Emma Erich Erika Eva Evelyn Fatima Fatma Felix
Finn Florian Frances Franz Frederick Friedrich Gabriele Gary Georg George Gerald Gerhard Gertrud Gisela Giulia
Giuseppe Gregory Günter Günther Hannah Hans Harald Hassan Heather Heidi Heike Heinrich Heinz Helen Helena Helga Helmut
Henry Herbert Hermann Holger Horst Hussein Ian Ingrid Irene Isabella Ivan Jacob Jacqueline Jakob James Jan Jana Janet
Jason Jean Jennifer Jens Jessica Joachim Joan Joanna Johanna Johannes John Jonas Jonathan Jose Josef Joseph Joshua
Juan Judith Julia Julian Jürgen Justin Karen Karin Karl Katarzyna Katharina Katherine Kathleen Katja Katrin Keith
Kenneth Kerstin Kevin Kimberly Klaus Kurt Larry Lars Laura Lea Lena Leon Leonie Liam Linda Lisa Louis Louise Luca Lucy
Luis Luisa Lukas Magdalena Manfred Manuel Manuela Marco Marcus Margaret Maria Marie Marina Mario Marion Markus Martha
Martin Martina Mary Mathias Matthew Matthias Maximilian Mehmet Melanie Melissa Mia Michael Michaela Michelle Miriam
Mohamed Mohammed Monika Mustafa Nadine Nancy Natalie Natasha Nathan Nicholas Nicole Niklas Nina Noah Norbert Oliver
Olivia Oscar Oskar Pamela Patricia Patrick Paul Paula Peter Petra Philip Philipp Piotr Rachel Rainer Ralf Ralph
Raymond Rebecca Renate Richard Robert Roger Roland Ronald Rudolf Ruth Ryan Sabine Samantha Samuel Sandra Sara Sarah
Scott Sebastian Sharon Silke Silvia Simon Simone Sofia Sonja Sophia Sophie Stefan Stefanie Stephan Stephanie Stephen
Steven Susan Susanne Svenja Sylvia Tamara Tanja Teresa Theodor Theresa Thomas Thorsten Timothy Tobias Torsten Ulrich
Ulrike Ursula Uwe Vanessa Vera Verena Victoria Viktoria Vincent Virginia Walter Waltraud Werner Wilhelm William
Wolfgang Yasmin Yusuf Zoe
"""
_A_GIVEN_NAME: Final = any_of(
    *(letter + any_of(*(name[1:] for name in names)) for letter, names in groupby(_GIVEN_NAMES.split(), itemgetter(0)))
)
"""By their first letters, so that `re` tries few of them."""
_LETTER: Final = f"A-Za-z{BEYOND_ASCII}"
_NAME: Final = rf"\b{_A_GIVEN_NAME}(?: [A-Z]\.)?[ ;,\t]{{1,2}}[A-Z{BEYOND_ASCII}][{_LETTER}'-]{{2,24}}"
_ROUGH: Final = rf"\b{_A_GIVEN_NAME}[ ;,\t]"
_PLACE: Final = any_of(
    r"\b\d{5} [A-Z]",  # a postcode of Germany, France, Italy or Spain, and the town
    r"\b[A-Z]{1,2}\d[A-Z0-9]? \d[A-Z]{2}\b",
    r"\b[A-Z]{2} \d{5}\b",
    r"[a-z](?:str\.|straße|strasse|weg|platz|allee|gasse) \d",
    r" (?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive)\b",
    r"\+\d{2} ?\d",
    r"@[a-z0-9-]{2,40}\.[a-z]",
    r"\b(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])[./](?:19|20)\d{2}\b",
)

DETECTORS: Final = (
    Detector(
        "person-name",
        "Name of a person",
        Kind.CONTACT,
        _NAME,
        longest=48,
        alone=Confidence.LOW,
        rough=_ROUGH,
        rough_begins=True,
    ),
    Detector(
        "person-record",
        "Person with address, telephone or birthday",
        Kind.CONTACT,
        rf"{_NAME}[^\n{_LETTER}'-][^\n]{{0,89}}?{_PLACE}",
        longest=220,
        is_linear=True,
        alone=Confidence.MEDIUM,
        rough=_ROUGH,
        rough_begins=True,
    ),
    Detector(
        "uk-postcode",
        "Postcode (UK)",
        Kind.CONTACT,
        r"\b(?:[A-PR-UWYZ]\d[A-HJKMNPR-Y0-9]?|[A-PR-UWYZ][A-HK-Y]\d[ABEHMNPRV-Y0-9]?) \d[ABD-HJLNP-UW-Z]{2}\b",
        longest=8,
        alone=Confidence.LOW,
        words=("address", "delivery address", "lives at", "postcode", "street", "road"),
    ),
    Detector(
        "us-zip",
        "Town and ZIP code (US)",
        Kind.CONTACT,
        r"\b[A-Z][a-z]{2,20}, ?"
        r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])"
        r" \d{5}(?:-\d{4})?\b",
        longest=38,
        alone=Confidence.LOW,
        rough=r"[a-z], ?[A-Z]{2} \d{5}",
        words=("address", "delivery address", "lives at", "zip", "zip code", "street", "avenue"),
    ),
)
