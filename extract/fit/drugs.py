"""Make `extract/data/drugs.tsv` from the drug names that the package drug-named-entity-recognition 2.0.9 (MIT) bundles.

`python -m extract.fit.drugs DICTIONARY.pkl.bz2`: the names are taken here, once, so that no pickle is loaded when
Retally runs. Kept
are names of one word (5 letters and more) of substances with a DrugBank or MeSH identity, with the name of the
substance.
"""

from __future__ import annotations

import bz2
import pickle
import re
import sys
from pathlib import Path

COMMON = frozenset(
    [
        "water",
        "oxygen",
        "alcohol",
        "nitrogen",
        "carbon",
        "helium",
        "honey",
        "coffee",
        "cocoa",
        "garlic",
        "ginger",
        "lemon",
        "orange",
        "apple",
        "banana",
        "tomato",
        "potato",
        "wheat",
        "barley",
        "maize",
        "onion",
        "pepper",
        "peanut",
        "almond",
        "chicken",
        "beef",
        "salmon",
        "shrimp",
        "insect",
        "horse",
        "placebo",
        "control",
        "focus",
        "relief",
        "active",
        "advance",
        "complete",
        "balance",
        "total",
        "natural",
        "defense",
        "support",
        "therapy",
        "clear",
        "fresh",
        "sodium",
        "potassium",
        "calcium",
        "chloride",
        "protein",
        "collagen",
        "cholesterol",
        "creatinine",
        "bilirubin",
        "albumin",
        "hemoglobin",
        "fibrinogen",
        "thrombin",
        "plasma",
        "serum",
        "blood",
        "human",
        "animal",
        "patch",
        "spray",
        "cream",
        "ointment",
        "tablet",
        "capsule",
        "solution",
        "powder",
        "lotion",
        "shampoo",
        "soap",
        "light",
        "image",
        "angel",
        "basic",
        "bronchial",
        "cardiac",
        "choice",
        "cycle",
        "prime",
        "smart",
        "value",
        "spirit",
        "vital",
        "zinc",
        "copper",
        "silver",
        "mercury",
        "lead",
        "arsenic",
        "sugar",
        "starch",
        "ethanol",
        "methanol",
        "smoke",
        "tobacco",
        "grass",
        "pollen",
        "standard",
        "liver",
        "heart",
        "urine",
        "stool",
        "monitor",
        "extra",
        "level",
        "stage",
        "grade",
        "group",
        "phase",
        "combo",
        "first",
        "second",
        "third",
        "night",
        "today",
        "maximum",
        "minimum",
        "glucose",
        "urea",
        "uric",
        "lactate",
        "phosphate",
        "sulfate",
        "nitrate",
        "acetate",
        "hydrogen",
        "peroxide",
        "trial",
        "study",
        "triglyceride",
        "troponin",
        "ferritin",
        "transferrin",
        "interferon",
        "cytokine",
        "leptin",
        "adiponectin",
        "ghrelin",
        "cortisol",
        "aldosterone",
        "renin",
        "angiotensin",
        "histamine",
        "serotonin",
        "dopamine",
        "glutamate",
        "antibody",
        "antigen",
        "vaccine",
        "homocysteine",
        "lipoprotein",
        "apolipoprotein",
        "cystatin",
        "myoglobin",
        "keratin",
        "elastin",
        "thyroglobulin",
        "prolactin",
        "inhibin",
    ]
)


def main() -> None:
    """Read the dictionary named on the command line and write the table."""
    with bz2.open(sys.argv[1]) as handle:
        data = pickle.load(handle)
    variants, substances = data["drug_variant_to_canonical"], data["drug_canonical_to_data"]
    rows = {}
    for variant, canonical in variants.items():
        known = [
            c for c in canonical if substances.get(c, {}).get("drugbank_id") or substances.get(c, {}).get("mesh_id")
        ]
        if known and re.fullmatch(r"[a-z][a-z]{4,24}", variant) and variant not in COMMON:
            rows[variant] = known[0]
    path = Path(__file__).parents[1] / "data" / "drugs.tsv"
    path.write_text("".join(f"{name}\t{rows[name]}\n" for name in sorted(rows)), encoding="utf-8")
    print(f"{path}: {len(rows)} names", file=sys.stderr)


if __name__ == "__main__":
    main()
