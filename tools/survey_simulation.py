#!/usr/bin/env python3
"""How often do honest surveys look like formalities? (docs/flags.md, F-SURVEY-SAME, F-SURVEY-PERFECT)

Seven questions with five levels, latent normal answers, item effects of 0.25; of each share of the
best level, correlation of the items and number of respondents: how many of 4,000 surveys have seven
equal rows that are not all the best level, and how many are perfect. Needs numpy.
"""
from math import sqrt
from statistics import NormalDist

import numpy as np

SURVEYS = 4000
random = np.random.default_rng(1)
normal = NormalDist()
print("best  corr   n   same    perfect")
for best in (0.7, 0.8, 0.9, 0.95):
    for correlation in (0.6, 0.8, 0.9):
        for people in (10, 15, 20, 30):
            item = random.normal(0, 0.25, (SURVEYS, 1, 7))
            person = random.normal(0, 1, (SURVEYS, people, 1))
            own = random.normal(0, 1, (SURVEYS, people, 7))
            latent = sqrt(correlation) * person + sqrt(1 - correlation) * own + item
            cuts = [normal.inv_cdf((1 - best) * part) for part in (0.05, 0.15, 0.4, 1)]
            level = np.digitize(latent, cuts)
            rows = np.stack([(level == k).sum(1) for k in range(5)], 2)
            same = (rows == rows[:, :1]).all((1, 2))
            perfect = (level == 4).all((1, 2))
            print(f"{best:4} {correlation:5} {people:3}  {(same & ~perfect).mean():.4f}  {perfect.mean():.4f}")
