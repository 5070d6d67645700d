"""Addresses of accounts."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("sign-up/", views.sign_up, name="sign-up"),
    path("log-in/", views.log_in, name="log-in"),
    path("log-out/", views.log_out, name="log-out"),
    path("password/", views.change_password, name="change-password"),
    path("tokens/", views.add_token, name="add-token"),
    path("tokens/<int:pk>/drop/", views.drop_token, name="drop-token"),
]
