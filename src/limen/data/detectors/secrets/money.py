"""Keys of payment services and of shops."""

from __future__ import annotations

from typing import Final

from limen.data.detectors.secrets.structure import is_stripe_key
from limen.data.detectors.secrets.tables import by_form, by_name

_BY_FORM: Final = r"""
stripe-key | Stripe key | [sr]k_(?:live|test)_[A-Za-z0-9]{24,110}
stripe-webhook-secret | Stripe webhook secret | whsec_[A-Za-z0-9]{32,64}
square-token | Square token | (?:EAAA[A-Za-z0-9_-]{60}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43})
braintree-token | PayPal Braintree token | access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}
razorpay-key | Razorpay key | rzp_(?:live|test)_[A-Za-z0-9]{14}
plaid-token | Plaid access token | access-(?:sandbox|development|production)-<uuid>
mollie-key | Mollie key | (?:live|test)_[A-Za-z0-9]{30}
gocardless-token | GoCardless token | (?:live|sandbox)_[A-Za-z0-9_-]{40}
paddle-key | Paddle key | pdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_[A-Za-z0-9]{22}_[A-Za-z0-9]{3}
flutterwave-key | Flutterwave secret key | FLWSECK(?:_TEST)?-[0-9a-f]{32}-X
xendit-key | Xendit key | xnd_(?:production|development)_[A-Za-z0-9]{40,60}
shippo-token | Shippo token | shippo_(?:live|test)_[0-9a-f]{40}
easypost-key | EasyPost key | EZ[AT]K[A-Za-z0-9]{54}
lob-key | Lob key | (?:live|test)_[0-9a-f]{35}
duffel-token | Duffel token | duffel_(?:live|test)_[A-Za-z0-9_=-]{43}
sumup-key | SumUp secret key | sup_sk_[A-Za-z0-9]{32}
shopify-token | Shopify token | shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}
"""

_BY_NAME: Final = r"""
paypal-secret | PayPal secret | paypal | [A-Za-z0-9_-]{80}
adyen-key | Adyen API key | adyen | AQE[A-Za-z0-9+/=_-]{60,140}
coinbase-secret | Coinbase secret | coinbase | [A-Za-z0-9_-]{64}
kraken-secret | Kraken secret | kraken | [A-Za-z0-9+/]{86}==
binance-secret | Binance secret | binance | [A-Za-z0-9]{64}
wise-token | Wise token | wise_?api|transferwise | <uuid>
woocommerce-secret | WooCommerce secret | consumer_?secret|woocommerce | cs_[0-9a-f]{40}
etsy-key | Etsy key | etsy | [a-z0-9]{24}
"""

DETECTORS: Final = (*by_form(_BY_FORM, checks={"stripe-key": is_stripe_key}), *by_name(_BY_NAME))
